package berth.fuzz;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Problem;
import berth.block.SnapshotSpec;
import berth.block.SourceOpener;
import berth.local.LocalStore;
import berth.local.io.StoreFiles;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/** Makes and opens local stores in memory. */
final class StoreUse {
    /** What a damaged store may say. */
    static final Promise PROMISE = Promise.of(64 << 20, Problem.CORRUPT, Problem.NEWER_FORMAT);

    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
    private static final ImageSpec IMAGE = new ImageSpec("pool", "image");
    private static final ImageSpec CLONE = new ImageSpec("pool", "clone");
    private static final int BLOCK_BYTES = 4096;

    private StoreUse() {}

    private static LocalStore open(StoreFiles files) {
        return LocalStore.open(files, SourceOpener.NONE, () -> NOW);
    }

    /** The files of a store with an image, a snapshot and a clone of it. */
    static MemoryFiles sample() {
        MemoryFiles files = new MemoryFiles();
        try (LocalStore store = open(files)) {
            store.createPool(IMAGE.pool());
            store.create(IMAGE, 1 << 20, Layout.DEFAULT);
            try (Image image = store.open(IMAGE, Access.READ_WRITE)) {
                image.write(0, ByteBuffer.allocate(BLOCK_BYTES));
                image.flush();
                image.createSnapshot("snapshot");
                image.protectSnapshot("snapshot");
                image.write(BLOCK_BYTES, ByteBuffer.allocate(BLOCK_BYTES));
            }
            store.clone(new SnapshotSpec(IMAGE, "snapshot"), CLONE, Layout.DEFAULT);
        }
        return files;
    }

    /** Opens a store that may be damaged in every way, and asks it for all that needs no image to be open. */
    static void look(StoreFiles files) {
        try (LocalStore store = open(files)) {
            store.integrity().check();
            for (String pool : store.pools()) {
                for (ImageInfo image : store.images(pool)) {
                    store.children(image.spec(), Optional.empty());
                }
                store.trash(pool);
            }
            store.migrations();
        }
    }
}
