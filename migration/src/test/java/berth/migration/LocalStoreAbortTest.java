package berth.migration;

import berth.block.MigrationStore;

/** Aborting over the local store. */
class LocalStoreAbortTest extends AbortTest {
    @Override
    MigrationStore openStore() {
        return LocalStores.open(directory, disk);
    }
}
