package berth.block.contract;

/** The model is itself held to the contract. */
final class ModelStoreTest extends StoreContract {
    private final StoreFixture fixture = new ModelFixture();

    @Override
    protected StoreFixture fixture() {
        return fixture;
    }
}
