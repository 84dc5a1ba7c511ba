package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Image;
import berth.block.Layout;
import berth.block.Progress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Several threads on one image. */
abstract class ConcurrencyContract extends ContractBase {
    private static final int BLOCKS = 512;

    /** A block in which every number is the same, so that a torn one can be told. */
    private static ByteBuffer stamped(long stamp) {
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        while (block.hasRemaining()) {
            block.putLong(stamp);
        }
        return block.flip();
    }

    /** Reads a block, asserts that it is whole and gives its number. */
    private static long stampOf(Image image, long block) {
        ByteBuffer bytes = ByteBuffer.wrap(read(image, block * BLOCK, BLOCK));
        long stamp = bytes.getLong(0);
        while (bytes.hasRemaining()) {
            assertThat(bytes.getLong()).as("the rest of block %s", block).isEqualTo(stamp);
        }
        return stamp;
    }

    /** Runs work in threads of their own until the main work is done; fails with the first failure of any. */
    private static void during(Callable<?> main, List<Callable<?>> others) throws Exception {
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> running = new ArrayList<>();
            others.forEach(work -> running.add(threads.submit(work)));
            main.call();
            for (Future<?> work : running) {
                work.get();
            }
        }
    }

    private static Callable<Void> writer(Image image, AtomicBoolean stop, int number) {
        return () -> {
            Random random = new Random(number);
            for (long stamp = 1; !stop.get(); stamp++) {
                image.write((long) random.nextInt(BLOCKS) * BLOCK, stamped(stamp << 8 | number));
            }
            return null;
        };
    }

    private static Callable<Void> reader(Image image, AtomicBoolean stop) {
        return () -> {
            Random random = new Random(99);
            while (!stop.get()) {
                assertWrittenBySomeone(image, random.nextInt(BLOCKS));
            }
            return null;
        };
    }

    /** While a block is being written, a reader may see bytes of more than one write, but no others. */
    private static void assertWrittenBySomeone(Image image, long block) {
        ByteBuffer bytes = ByteBuffer.wrap(read(image, block * BLOCK, BLOCK));
        while (bytes.hasRemaining()) {
            long stamp = bytes.getLong();
            assertThat(stamp & 0xff)
                    .as("writer of %s in block %s", stamp, block)
                    .isIn(stamp == 0 ? 0L : 1L, 2L);
        }
    }

    @Test
    void snapshotsThatComeAndGoWhileBlocksAreWrittenHoldWholeBlocks() throws Exception {
        Image image = create((long) BLOCKS * BLOCK);
        AtomicBoolean stop = new AtomicBoolean();
        during(
                () -> {
                    try {
                        for (int i = 0; i < 30; i++) {
                            snapshotStaysTheSame(image, i);
                        }
                    } finally {
                        stop.set(true);
                    }
                    return null;
                },
                List.of(writer(image, stop, 1), writer(image, stop, 2), reader(image, stop), reader(image, stop)));
        assertThat(image.snapshots()).hasSize(15);
    }

    private void snapshotStaysTheSame(Image image, int number) {
        String name = "s" + number;
        image.createSnapshot(name);
        Image snapshot = open(DISK, name);
        byte[] once = readAll(snapshot);
        for (int block = 0; block < BLOCKS; block += 7) {
            stampOf(snapshot, block);
        }
        assertBytes(readAll(snapshot), once);
        snapshot.close();
        if (number % 2 == 1) {
            image.removeSnapshot("s" + (number - 1), Progress.NONE);
        }
    }

    @Test
    void everyWriterFindsWhatItWroteLast() throws Exception {
        Image image = create(8 * MIB);
        image.createSnapshot("base");
        during(
                () -> {
                    for (int i = 0; i < 10; i++) {
                        image.createSnapshot("s" + i);
                    }
                    return null;
                },
                List.of(ownRange(image, 0), ownRange(image, 1), ownRange(image, 2), ownRange(open(DISK), 3)));
        assertZero(open(DISK, "base"), 0, 8 * MIB);
    }

    /** Writes odd ranges of 2 MiB that no other thread writes, and reads them back. */
    private static Callable<Void> ownRange(Image image, int number) {
        return () -> {
            Random random = new Random(number);
            SparseBytes expected = new SparseBytes(2 * MIB - 5);
            long start = number * (2L * MIB - 5);
            for (int i = 0; i < 300; i++) {
                int length = 1 + random.nextInt(3 * BLOCK);
                int at = random.nextInt(2 * MIB - 5 - length);
                if (random.nextInt(4) == 0) {
                    image.discard(start + at, length);
                    expected.zero(at, length, false);
                } else {
                    write(image, start + at, bytes(i, length));
                    expected.write(at, bytes(i, length));
                }
                assertBytes(read(image, start + at, length), expected.read(at, length));
            }
            assertBytes(read(image, start, 2 * MIB - 5), expected.read(0, 2 * MIB - 5));
            return null;
        };
    }

    @Test
    void aSnapshotHoldsWhatWasAcknowledgedBeforeIt() throws Exception {
        Image image = create(MIB);
        image.write(0, stamped(0));
        AtomicBoolean stop = new AtomicBoolean();
        long[] acknowledged = {0};
        Object lock = new Object();
        Callable<Void> counting = () -> {
            for (long stamp = 1; !stop.get(); stamp++) {
                image.write(0, stamped(stamp));
                synchronized (lock) {
                    acknowledged[0] = stamp;
                }
            }
            return null;
        };
        during(
                () -> {
                    try {
                        for (int i = 0; i < 50; i++) {
                            assertHoldsAcknowledged(image, "s" + i, lock, acknowledged);
                        }
                    } finally {
                        stop.set(true);
                    }
                    return null;
                },
                List.of(counting));
    }

    private void assertHoldsAcknowledged(Image image, String name, Object lock, long[] acknowledged) {
        long before;
        synchronized (lock) {
            before = acknowledged[0];
        }
        image.createSnapshot(name);
        long after;
        synchronized (lock) {
            after = acknowledged[0];
        }
        assertThat(stampOf(open(DISK, name), 0)).isBetween(before, after + 1);
    }

    @Test
    void clonesAreReadAndFlattenedWhileTheParentIsWritten() throws Exception {
        Image parent = create(4 * MIB);
        write(parent, 0, bytes(1, 4 * MIB));
        parent.createSnapshot("s");
        parent.protectSnapshot("s");
        store.clone(DISK.at("s"), image("clone"), Layout.DEFAULT);
        Image clone = open(image("clone"));
        AtomicBoolean stop = new AtomicBoolean();
        Callable<Void> reading = () -> {
            while (!stop.get()) {
                assertBytes(readAll(clone), bytes(1, 4 * MIB));
            }
            return null;
        };
        during(
                () -> {
                    try {
                        clone.createSnapshot("c");
                        clone.flatten(Progress.NONE);
                    } finally {
                        stop.set(true);
                    }
                    return null;
                },
                List.of(writer(parent, stop, 3), reading));
        assertBytes(readAll(clone), bytes(1, 4 * MIB));
        assertBytes(readAll(open(image("clone"), "c")), bytes(1, 4 * MIB));
    }
}
