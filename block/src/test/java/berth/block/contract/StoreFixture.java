package berth.block.contract;

import berth.block.MigrationStore;
import berth.block.SourceOpener;
import java.nio.file.Path;

/** How a store is made and opened again. */
@FunctionalInterface
public interface StoreFixture {
    /**
     * Opens the store in a directory. An empty directory becomes an empty store; pools that every new store has are
     * allowed.
     *
     * @param directory a directory that exists; the store in it is not open
     * @param sources opens the sources of images that are being imported
     */
    MigrationStore open(Path directory, SourceOpener sources);

    /** In what the store differs from others. */
    default StoreTraits traits() {
        return StoreTraits.EXACT;
    }
}
