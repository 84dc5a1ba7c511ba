package berth.local;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.SourceOpener;
import berth.local.io.PosixStoreFiles;
import berth.local.io.StoreFiles;
import berth.local.journal.JournalReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Maps that differ from the disk are not kept in memory without a bound. Nothing goes on in the background here. */
final class CacheBoundsTest {
    private static final CacheBounds BOUNDS = new CacheBounds(2, 16, 2);
    private static final ImageSpec DISK = new ImageSpec("rbd", "disk");
    private static final long PAGE = 64L << 20;
    private static final int PAGES = 600;
    private static final int BLOCK = 4096;

    @TempDir
    Path directory;

    private StoreFiles files;

    @BeforeEach
    void openFiles() {
        files = new PosixStoreFiles(directory);
    }

    private LocalStore open() {
        return LocalStore.open(files, SourceOpener.NONE, InstantSource.fixed(Instant.EPOCH), BOUNDS);
    }

    private long journals() {
        return new JournalReader(files).generations().getLast();
    }

    private static void writeEverywhere(Image image) {
        for (int i = 0; i < PAGES; i++) {
            image.write(i * PAGE, ByteBuffer.allocate(BLOCK).putInt(0, i + 1));
        }
    }

    @Test
    void writesAllOverALargeImageMakeACheckpointByThemselves() {
        try (LocalStore store = open()) {
            store.createPool("rbd");
            store.create(DISK, PAGES * PAGE, Layout.DEFAULT);
            try (Image image = store.open(DISK, Access.READ_WRITE)) {
                writeEverywhere(image);
                assertThat(journals()).isGreaterThan(PAGES / (2L * BOUNDS.unwrittenPages()));
            }
        }
        try (LocalStore store = open();
                Image image = store.open(DISK, Access.READ_ONLY)) {
            for (int i = 0; i < PAGES; i++) {
                ByteBuffer read = ByteBuffer.allocate(BLOCK);
                image.read(i * PAGE, read);
                assertThat(read.getInt(0)).isEqualTo(i + 1);
            }
        }
    }

    @Test
    void oneDiscardOfALargeImageMakesCheckpointsOnItsWay() {
        try (LocalStore store = open()) {
            store.createPool("rbd");
            store.create(DISK, PAGES * PAGE, Layout.DEFAULT);
            try (Image image = store.open(DISK, Access.READ_WRITE)) {
                writeEverywhere(image);
                image.createSnapshot("before");
                store.checkpoint();
                long before = journals();
                image.discard(0, PAGES * PAGE);
                assertThat(journals()).isGreaterThan(before);
                for (int i = 0; i < PAGES; i++) {
                    ByteBuffer read = ByteBuffer.allocate(BLOCK);
                    image.read(i * PAGE, read);
                    assertThat(read.getInt(0)).isZero();
                }
            }
        }
    }
}
