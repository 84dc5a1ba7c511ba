package berth.local;

import berth.block.contract.StoreContract;
import berth.block.contract.StoreFixture;

/** The local store keeps the contract of all stores. */
final class LocalStoreContractTest extends StoreContract {
    @Override
    protected StoreFixture fixture() {
        return LocalStore::open;
    }
}
