package berth.migration;

import berth.block.MigrationStore;
import berth.block.SourceOpener;
import berth.local.LocalStore;
import berth.local.io.PosixStoreFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;

/** Opens local stores for tests. */
final class LocalStores {
    private LocalStores() {}

    /** A store with nothing going on in the background, so that a test decides what becomes durable when. */
    static MigrationStore open(Path directory, SourceOpener sources) {
        Path where = directory.resolve("store");
        try {
            Files.createDirectories(where);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return LocalStore.open(new PosixStoreFiles(where), sources, InstantSource.system());
    }
}
