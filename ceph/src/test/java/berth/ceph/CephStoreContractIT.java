package berth.ceph;

import berth.block.contract.BlockStoreContract;
import berth.block.contract.StoreFixture;

/** The Ceph store keeps the contract of all stores. */
final class CephStoreContractIT extends BlockStoreContract {
    private final StoreFixture fixture = new CephFixture();

    @Override
    protected StoreFixture fixture() {
        return fixture;
    }
}
