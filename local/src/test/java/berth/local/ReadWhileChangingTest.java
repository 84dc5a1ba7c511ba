package berth.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Fill;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.block.contract.MemoryDirectory;
import berth.block.contract.SparseBytes;
import berth.block.contract.TestSources;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read stays the same while the store moves it from one place to another, at whatever moment it is read. */
class ReadWhileChangingTest {
    private static final ImageSpec DISK = new ImageSpec("rbd", "disk");
    private static final int BLOCK = 4096;
    private static final int OBJECT = 4 << 20;
    private static final int OBJECTS = 16;
    private static final long PAGE = 64L << 20;
    private static final int ROUNDS = 60;

    @TempDir(factory = MemoryDirectory.class)
    Path directory;

    private final TestSources sources = new TestSources();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private LocalStore store;

    @BeforeEach
    void open() {
        store = LocalStore.open(directory, sources);
        store.createPool("rbd");
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        store.close();
    }

    private static byte[] bytes(int value) {
        byte[] bytes = new byte[BLOCK];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static ByteBuffer read(Image image, long offset, int length) {
        ByteBuffer into = ByteBuffer.allocate(length);
        image.read(offset, into);
        return into.flip();
    }

    /** Does something again and again in other threads while the body runs, and at least once after it. */
    private void during(Runnable body, List<Runnable> meanwhile) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        List<Future<Void>> running = new ArrayList<>();
        for (Runnable each : meanwhile) {
            Callable<Void> loop = () -> {
                boolean last;
                do {
                    last = done.get();
                    each.run();
                } while (!last);
                return null;
            };
            running.add(threads.submit(loop));
        }
        try {
            body.run();
        } finally {
            done.set(true);
        }
        for (Future<Void> each : running) {
            each.get();
        }
    }

    @Test
    void anObjectThatIsBeingFilledIsReadFromItsOriginOrFromTheImage() throws Exception {
        SparseBytes before = new SparseBytes((long) OBJECTS * OBJECT);
        SparseBytes now = before.copy();
        for (int object = 0; object < OBJECTS; object++) {
            now.write((long) object * OBJECT + BLOCK, bytes(object + 1));
        }
        String source = sources.add().snapshot("before", false, before).now(now).description();
        for (int round = 0; round < ROUNDS; round++) {
            store.prepareImport(DISK, Layout.DEFAULT, sources.open(source), Map.of());
            store.update(DISK, MigrationState.EXECUTING, Map.of());
            try (Image image = store.open(DISK, Access.READ_WRITE);
                    Fill fill = store.openFill(DISK)) {
                during(
                        () -> {
                            for (int object = 0; object < OBJECTS; object++) {
                                fill.fill(object);
                            }
                        },
                        List.of(() -> requireAllObjects(image), () -> requireAllChanges(image)));
            }
            store.abortMigration(DISK, Progress.NONE);
        }
    }

    private static void requireAllObjects(Image image) {
        for (int object = 0; object < OBJECTS; object++) {
            assertThat(read(image, (long) object * OBJECT + BLOCK, BLOCK).array())
                    .isEqualTo(bytes(object + 1));
        }
    }

    private static void requireAllChanges(Image image) {
        BitSet changed = new BitSet();
        image.diff(
                Optional.of("before"),
                0,
                image.size(),
                (offset, length, _) -> changed.set((int) (offset / BLOCK), (int) ((offset + length) / BLOCK)));
        for (int object = 0; object < OBJECTS; object++) {
            assertThat(changed.get(object * (OBJECT / BLOCK) + 1))
                    .as("object %s", object)
                    .isTrue();
        }
    }

    @Test
    void aMigrationDoesNotEndWhileSomebodyCopies() {
        SparseBytes disk = new SparseBytes(OBJECT).write(0, bytes(1));
        store.prepareImport(DISK, Layout.DEFAULT, sources.add().now(disk), Map.of());
        store.update(DISK, MigrationState.EXECUTING, Map.of());
        try (Fill fill = store.openFill(DISK)) {
            fill.fill(0);
            requireInUse(() -> store.commitMigration(DISK, Progress.NONE));
            requireInUse(() -> store.abortMigration(DISK, Progress.NONE));
        }
        store.commitMigration(DISK, Progress.NONE);
    }

    @Test
    void aCloneIsFlattenedByOneAtATime() throws Exception {
        ImageSpec clone = new ImageSpec("rbd", "clone");
        store.create(DISK, (long) OBJECTS * OBJECT, Layout.DEFAULT);
        try (Image parent = store.open(DISK, Access.READ_WRITE)) {
            for (int object = 0; object < OBJECTS; object++) {
                parent.write((long) object * OBJECT + BLOCK, ByteBuffer.wrap(bytes(object + 1)));
            }
            parent.createSnapshot("s");
            parent.protectSnapshot("s");
        }
        store.clone(DISK.at("s"), clone, Layout.DEFAULT);
        try (Image image = store.open(clone, Access.READ_WRITE)) {
            // While the first object is copied, somebody else wants to flatten, too.
            image.flatten((done, _) -> {
                if (done == 1) {
                    requireInUse(() -> image.flatten(Progress.NONE));
                }
                return true;
            });
            requireAllObjects(image);
            assertThat(image.info().parent()).isEmpty();
        }
    }

    private static void requireInUse(ThrowingCallable what) {
        assertThatExceptionOfType(BlockException.class)
                .isThrownBy(what)
                .extracting(BlockException::problem)
                .isEqualTo(Problem.IMAGE_IN_USE);
    }

    @Test
    void snapshotsThatGoAtTheSameTimeTakeNothingFromTheImage() throws Exception {
        int snapshots = 24;
        for (int round = 0; round < ROUNDS; round++) {
            store.create(DISK, 4 * PAGE, Layout.DEFAULT);
            try (Image image = store.open(DISK, Access.READ_WRITE)) {
                for (int i = 0; i < snapshots; i++) {
                    // On several pages of the maps, so that it takes several steps to move them.
                    for (int page = 0; page < 4; page++) {
                        image.write(page * PAGE + (long) i * BLOCK, ByteBuffer.wrap(bytes(i + 1)));
                    }
                    image.createSnapshot((i % 2 == 0 ? "even" : "odd") + i);
                }
                during(
                        () -> removeFirst(image, "even", snapshots / 2),
                        List.of(() -> requireAllBlocks(image, snapshots), () -> removeFirst(image, "odd", 1)));
                removeFirst(image, "odd", snapshots / 2);
                requireAllBlocks(image, snapshots);
                assertThat(image.snapshots()).isEmpty();
            }
            store.remove(DISK, Progress.NONE);
        }
    }

    /** A top layer that holds nothing is given up for the one below it; but it may have become another one meanwhile. */
    @Test
    void whatIsWrittenAndFrozenWhileLayersBecomeOneIsKept() {
        for (int moment = 0; moment < 8; moment++) {
            store.create(DISK, 4 * PAGE, Layout.DEFAULT);
            try (Image image = store.open(DISK, Access.READ_WRITE)) {
                image.write(0, ByteBuffer.wrap(bytes(1)));
                image.createSnapshot("goes");
                int[] steps = {moment};
                image.removeSnapshot("goes", (_, _) -> {
                    if (steps[0]-- == 0) {
                        image.write(BLOCK, ByteBuffer.wrap(bytes(2)));
                        image.flush();
                        image.createSnapshot("new");
                        image.write(2 * BLOCK, ByteBuffer.wrap(bytes(3)));
                    }
                    return true;
                });
                requireAllBlocks(image, steps[0] < 0 ? 3 : 1);
            }
            if (store.info(DISK).snapshotCount() > 0) {
                try (Image frozen = store.open(DISK.at("new"))) {
                    requireAllBlocks(frozen, 2);
                }
                try (Image image = store.open(DISK, Access.READ_WRITE)) {
                    image.removeSnapshot("new", Progress.NONE);
                    requireAllBlocks(image, 3);
                }
            }
            store.remove(DISK, Progress.NONE);
        }
    }

    private static void removeFirst(Image image, String which, int count) {
        image.snapshots().stream()
                .map(Snapshot::name)
                .filter(name -> name.startsWith(which))
                .limit(count)
                .forEach(name -> image.removeSnapshot(name, Progress.NONE));
    }

    private static void requireAllBlocks(Image image, int count) {
        for (int i = 0; i < count; i++) {
            assertThat(read(image, (long) i * BLOCK, BLOCK).array()).isEqualTo(bytes(i + 1));
        }
    }
}
