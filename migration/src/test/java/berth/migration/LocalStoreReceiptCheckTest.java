package berth.migration;

import berth.block.MigrationStore;

/** Checking receipts over the local store. */
class LocalStoreReceiptCheckTest extends ReceiptCheckTest {
    @Override
    MigrationStore openStore() {
        return LocalStores.open(directory, disk);
    }
}
