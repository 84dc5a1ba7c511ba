package berth.migration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.contract.ModelStore;
import berth.block.contract.SparseBytes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/**
 * What tests of the mover share: a store in memory behind a {@link FaultyStore}, with an image of five objects and a
 * snapshot, a disk outside with the same bytes, and a mover.
 */
abstract class MoverFixture {
    static final int OBJECT = 4 << 20;
    static final int OBJECTS = 5;
    static final long SIZE = (long) OBJECT * OBJECTS;
    static final ImageSpec SOURCE = new ImageSpec("rbd", "migration_source");
    static final ImageSpec TARGET = new ImageSpec("vms", "migration_target");
    static final ReceiptStatement.Actor ACTOR = new ReceiptStatement.Actor("host.example", "operator");

    final SparseBytes then = bytes(1, new SparseBytes(SIZE));
    final SparseBytes now = bytes(2, then.copy());
    final DiskOutside disk = DiskOutside.of("s1", then, now);
    final FakeTime time = new FakeTime();
    OptionalLong space = OptionalLong.empty();
    FaultyStore faults;
    MigrationStore store;
    Mover mover;

    @TempDir
    Path directory;

    /** The store that disks are moved into. */
    MigrationStore openStore() {
        return new ModelStore(disk);
    }

    /** Goes on with a store, as after a restart. */
    final void use(MigrationStore opened) {
        faults = new FaultyStore(opened);
        store = faults.store();
        mover = newMover();
    }

    @BeforeEach
    final void makeImages() {
        use(openStore());
        store.createPool("rbd");
        store.createPool("vms");
        store.create(SOURCE, SIZE, Layout.DEFAULT);
        try (Image image = store.open(SOURCE, Access.READ_WRITE)) {
            write(image, then);
            image.createSnapshot("s1");
            image.protectSnapshot("s1");
            write(image, now);
        }
    }

    @AfterEach
    final void closeStore() {
        store.close();
    }

    /** A mover as after a restart. */
    final Mover newMover() {
        Receipts receipts = new Receipts(directory, "Berth 1.2.3", ACTOR);
        return new Mover(store, disk, receipts, pool -> space, time);
    }

    /** Some blocks in each object but the last, which stays empty. */
    private static SparseBytes bytes(long seed, SparseBytes onto) {
        Random random = new Random(seed);
        for (int object = 0; object < OBJECTS - 1; object++) {
            byte[] data = new byte[SparseBytes.BLOCK * (object + 1)];
            random.nextBytes(data);
            onto.write((long) object * OBJECT + seed * 2 * SparseBytes.BLOCK, data);
        }
        return onto;
    }

    private static void write(Image image, SparseBytes bytes) {
        bytes.extents(0, bytes.size(), (offset, length, kind) -> {
            if (kind == Extent.Kind.DATA) {
                image.write(offset, ByteBuffer.wrap(bytes.read(offset, (int) length)));
            }
        });
    }

    final void prepareLinked() {
        mover.prepare(new MoveRequest.Linked(SOURCE, TARGET, Optional.empty(), false));
    }

    final void prepareImport() {
        mover.prepare(new MoveRequest.Import(disk, TARGET, Layout.DEFAULT));
    }

    final CopyStatus execute() {
        return mover.execute(TARGET, ExecuteOptions.DEFAULT, CopyProgress.NONE);
    }

    final Committed commit() {
        return mover.commit(TARGET, CommitOptions.DEFAULT, Progress.NONE);
    }

    /** Copies some objects with one worker, then cancels. */
    final void executeUntil(long objects) {
        expect(
                Problem.CANCELLED,
                () -> mover.execute(
                        TARGET, ExecuteOptions.DEFAULT.withWorkers(1), status -> status.objectsDone() < objects));
    }

    final MigrationState state() {
        return store.migration(TARGET).state();
    }

    static BlockException expect(Problem problem, ThrowingCallable what) {
        BlockException e = catchThrowableOfType(BlockException.class, what);
        assertThat(e).as("a failure of kind " + problem).isNotNull();
        assertThat(e.problem()).as(e.getMessage()).isEqualTo(problem);
        return e;
    }

    /** The bytes of an image, or of one of its snapshots. */
    final byte[] read(ImageSpec image, String snapshot) {
        try (Image open = snapshot.isEmpty() ? store.open(image, Access.READ_ONLY) : store.open(image.at(snapshot))) {
            ByteBuffer all = ByteBuffer.allocate((int) open.size());
            open.read(0, all);
            return all.array();
        }
    }

    final void write(ImageSpec image, long offset, String text) {
        try (Image open = store.open(image, Access.READ_WRITE)) {
            open.write(offset, ByteBuffer.wrap(text.getBytes(UTF_8)));
        }
    }
}
