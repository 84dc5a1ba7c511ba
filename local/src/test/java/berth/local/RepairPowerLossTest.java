package berth.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.SourceOpener;
import berth.block.contract.PowerLoss;
import berth.local.io.StoreFile;
import berth.local.page.PageFile;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Power is lost at every moment of a repair; the repair that is begun anew gets to the same end. */
final class RepairPowerLossTest {
    private static final ImageSpec DISK = new ImageSpec("rbd", "disk");
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 12;
    private static final int SEEDS = 8;

    private static LocalStore open(CrashFiles files) {
        return LocalStore.open(files, SourceOpener.NONE, InstantSource.fixed(Instant.EPOCH));
    }

    private static byte[] block(int number) {
        byte[] bytes = new byte[BLOCK];
        bytes[0] = (byte) (number + 1);
        return bytes;
    }

    /** A store with an image and a snapshot of it, whose maps cannot be read. */
    private static CrashFiles damaged(long seed) {
        CrashFiles files = new CrashFiles(seed);
        try (LocalStore store = open(files)) {
            store.createPool("rbd");
            store.create(DISK, BLOCKS * BLOCK, Layout.DEFAULT);
            try (Image image = store.open(DISK, Access.READ_WRITE)) {
                for (int i = 0; i < BLOCKS; i += 2) {
                    image.write((long) i * BLOCK, ByteBuffer.wrap(block(i)));
                }
                image.createSnapshot("before");
                for (int i = 1; i < BLOCKS; i += 2) {
                    image.write((long) i * BLOCK, ByteBuffer.wrap(block(i)));
                }
            }
            store.checkpoint();
        }
        for (String name : files.list(PageFile.DIRECTORY)) {
            try (StoreFile map = files.open(PageFile.DIRECTORY + "/" + name)) {
                ByteBuffer bytes = ByteBuffer.allocateDirect((int) map.size());
                map.read(bytes, 0);
                for (int at = 0; at < bytes.capacity(); at += 64) {
                    bytes.put(at, (byte) (bytes.get(at) ^ 1));
                }
                map.write(bytes.clear(), 0);
                map.sync();
            }
        }
        return files;
    }

    private static List<byte[]> contentOf(LocalStore store) {
        List<byte[]> blocks = new ArrayList<>();
        try (Image now = store.open(DISK, Access.READ_ONLY);
                Image before = store.open(DISK.at("before"))) {
            for (Image image : List.of(now, before)) {
                for (int i = 0; i < BLOCKS; i++) {
                    byte[] bytes = new byte[BLOCK];
                    image.read((long) i * BLOCK, ByteBuffer.wrap(bytes));
                    blocks.add(bytes);
                }
            }
        }
        return blocks;
    }

    /** Repairs, and loses power at the n-th change. @return whether it did */
    private static boolean losesPower(CrashFiles files, long changes) {
        files.crashAfter(changes);
        Throwable thrown = catchThrowable(() -> {
            LocalStore store = open(files);
            store.integrity().repair();
        });
        files.restart();
        assertThat(thrown).isIn(thrown instanceof PowerLoss ? thrown : null);
        return thrown != null;
    }

    @Test
    void aRepairThatLostItsPowerCanBeDoneAgain() {
        List<byte[]> expected = new ArrayList<>();
        for (int point = 0; point < 2; point++) {
            for (int i = 0; i < BLOCKS; i++) {
                expected.add(point == 0 || i % 2 == 0 ? block(i) : new byte[BLOCK]);
            }
        }
        for (long seed = 1; seed <= SEEDS; seed++) {
            boolean lost = true;
            for (long changes = 0; lost; changes++) {
                CrashFiles files = damaged(seed);
                lost = losesPower(files, changes);
                try (LocalStore store = open(files)) {
                    store.integrity().repair();
                    assertThat(store.integrity().check())
                            .as("seed %d, power lost at change %d", seed, changes)
                            .isEmpty();
                    assertThat(contentOf(store)).containsExactlyElementsOf(expected);
                }
            }
        }
    }
}
