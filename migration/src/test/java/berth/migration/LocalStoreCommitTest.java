package berth.migration;

import berth.block.MigrationStore;

/** Committing over the local store. */
class LocalStoreCommitTest extends CommitTest {
    @Override
    MigrationStore openStore() {
        return LocalStores.open(directory, disk);
    }
}
