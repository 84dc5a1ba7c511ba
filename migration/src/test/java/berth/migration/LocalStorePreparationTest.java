package berth.migration;

import berth.block.MigrationStore;

/** Planning and preparing over the local store. */
class LocalStorePreparationTest extends PreparationTest {
    @Override
    MigrationStore openStore() {
        return LocalStores.open(directory, disk);
    }
}
