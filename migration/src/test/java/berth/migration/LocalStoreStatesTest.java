package berth.migration;

import berth.block.MigrationStore;

/** Every command in every state, over the local store. */
class LocalStoreStatesTest extends MoverStatesTest {
    @Override
    MigrationStore openStore() {
        return LocalStores.open(directory, disk);
    }
}
