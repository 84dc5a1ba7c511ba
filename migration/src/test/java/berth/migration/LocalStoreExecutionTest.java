package berth.migration;

import berth.block.MigrationStore;

/** Executing over the local store. */
class LocalStoreExecutionTest extends ExecutionTest {
    @Override
    MigrationStore openStore() {
        return LocalStores.open(directory, disk);
    }
}
