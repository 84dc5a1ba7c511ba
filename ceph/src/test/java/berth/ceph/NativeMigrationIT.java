package berth.ceph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Fill;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.SelfFilling;
import berth.block.Snapshot;
import berth.ceph.cluster.CephCluster;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The move of an image within a real cluster, which librbd does, and {@code rbd} as the other one that takes steps. */
class NativeMigrationIT {
    private static final int MIB = 1 << 20;
    private static final int SIZE = 16 * MIB;
    private static final ImageSpec SOURCE = new ImageSpec("rbd", "source");
    private static final ImageSpec TARGET = new ImageSpec("vms", "target");
    private static final long SEED = Long.getLong("berth.seed", System.nanoTime());

    private final Random random = new Random(SEED);
    private final CephCluster cluster = CephCluster.shared();
    private CephStore store;

    @BeforeEach
    void open() {
        CephFixture.empty();
        store = CephStore.open(CephFixture.config());
        store.createPool("rbd");
        store.createPool("vms");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Some bytes written, some discarded, some zeroed, as clients do; the same to an array. */
    private void change(Image image, byte[] expected) {
        for (int i = 0; i < 12; i++) {
            int length = 1 + random.nextInt(random.nextBoolean() ? 5000 : 6 * MIB);
            int offset = random.nextInt(expected.length - length);
            if (random.nextInt(4) == 0) {
                offset &= -(4 * MIB);
                length = Math.min(4 * MIB, expected.length - offset);
            }
            byte[] data = new byte[length];
            switch (random.nextInt(4)) {
                case 0 -> image.discard(offset, length);
                case 1 -> image.writeZeroes(offset, length, true);
                case 2 -> image.write(offset, ByteBuffer.wrap(data));
                default -> {
                    data = bytes(length);
                    image.write(offset, ByteBuffer.wrap(data));
                }
            }
            System.arraycopy(data, 0, expected, offset, length);
        }
    }

    /** An image with two snapshots; what it holds is given back. */
    private byte[] makeSource(Layout layout) {
        store.create(SOURCE, SIZE, layout);
        byte[] expected = new byte[SIZE];
        try (Image image = store.open(SOURCE, Access.READ_WRITE)) {
            byte[] first = bytes(13 * MIB);
            image.write(MIB, ByteBuffer.wrap(first));
            System.arraycopy(first, 0, expected, MIB, first.length);
            image.createSnapshot("s1");
            image.protectSnapshot("s1");
            change(image, expected);
            image.createSnapshot("s2");
            change(image, expected);
        }
        return expected;
    }

    private byte[] read(ImageSpec image) {
        try (Image open = store.open(image, Access.READ_ONLY)) {
            return all(open);
        }
    }

    private byte[] read(ImageSpec image, String snapshot) {
        try (Image open = store.open(image.at(snapshot))) {
            return all(open);
        }
    }

    private static byte[] all(Image image) {
        ByteBuffer bytes = ByteBuffer.allocate((int) image.size());
        image.read(0, bytes);
        return bytes.array();
    }

    private void write(ImageSpec image, byte[] expected) {
        try (Image open = store.open(image, Access.READ_WRITE)) {
            change(open, expected);
        }
    }

    private void prepare(ImageSpec target) {
        store.prepareLinked(SOURCE, target, Layout.DEFAULT, false, Map.of("k", "v"));
    }

    private void execute() {
        try (Fill fill = store.openFill(TARGET)) {
            ((SelfFilling) fill).run(Progress.NONE);
        }
    }

    /** The objects at which the target differs from the source. */
    private List<Long> differences(boolean acceptClientWrites) {
        List<Long> differences = new ArrayList<>();
        try (Fill fill = store.openFill(TARGET)) {
            if (acceptClientWrites) {
                ((SelfFilling) fill).acceptClientWrites();
            }
            for (long object = 0; object < fill.objects(); object++) {
                if (!fill.recorded(object).equals(fill.reread(object))) {
                    differences.add(object);
                }
            }
        }
        return differences;
    }

    private List<Long> differences() {
        return differences(false);
    }

    private MigrationState state() {
        return store.migration(TARGET).state();
    }

    private List<String> snapshots(ImageSpec image) {
        try (Image open = store.open(image, Access.READ_ONLY)) {
            return open.snapshots().stream().map(Snapshot::name).toList();
        }
    }

    /** Says where bytes differ instead of printing all of them. */
    private static void assertSame(byte[] actual, byte[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        StringBuilder differences = new StringBuilder();
        for (int at = 0; at < actual.length; at += 4096) {
            int end = Math.min(at + 4096, actual.length);
            if (!Arrays.equals(actual, at, end, expected, at, end)) {
                differences.append(at).append(' ');
            }
        }
        assertThat(differences.toString())
                .as("blocks that differ, seed %d", SEED)
                .isEmpty();
    }

    private static void assertRefused(Problem problem, ThrowingCallable what) {
        assertThatThrownBy(what)
                .isInstanceOfSatisfying(
                        BlockException.class,
                        e -> assertThat(e.problem()).as(e.getMessage()).isEqualTo(problem));
    }

    @ParameterizedTest
    @CsvSource({"22, 4194304, 1", "20, 1048576, 1", "20, 65536, 4"})
    void whatIsCopiedIsKnownExactlyWhileClientsWrite(int order, long unit, long count) {
        byte[] before = makeSource(Layout.ofOrder(22));
        byte[] then = read(SOURCE, "s1");
        String sourceId = store.info(SOURCE).id();
        String id = store.prepareLinked(SOURCE, TARGET, new Layout(order, unit, count), false, Map.of("k", "v"))
                .id();

        MigrationRecord expected = new MigrationRecord(
                TARGET,
                id,
                Optional.of(SOURCE),
                Optional.of(sourceId),
                "",
                true,
                MigrationState.PREPARED,
                false,
                Map.of("k", "v"));
        assertThat(store.migration(TARGET)).isEqualTo(expected);
        assertThat(store.migration(SOURCE)).isEqualTo(expected);
        assertThat(store.migrations()).containsExactly(expected);
        byte[] now = before.clone();
        try (Image image = store.open(TARGET, Access.READ_WRITE)) {
            change(image, now);
            image.createSnapshot("mine");
            byte[] mine = now.clone();
            change(image, now);
            execute();
            change(image, now);
            assertThat(state()).isEqualTo(MigrationState.EXECUTED);
            assertThat(differences()).isEmpty();
            store.commitMigration(TARGET, Progress.NONE);

            assertSame(all(image), now);
            assertSame(read(TARGET, "mine"), mine);
        }
        assertSame(read(TARGET, "s1"), then);
        assertThat(snapshots(TARGET)).containsExactly("s1", "s2", "mine");
        assertThat(store.info(TARGET).layout()).isEqualTo(new Layout(order, unit, count));
        assertThat(store.migrations()).isEmpty();
        assertThat(cluster.rbd("trash", "ls", "--all", "rbd")).isEmpty();
        assertThat(cluster.rbd("image-meta", "ls", "vms/target")).doesNotContain("berth");
    }

    /** Librbd's own abort brings the old bytes back where clients discarded or zeroed. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAbortBringsBackWhatClientsWroteDiscardedAndZeroed(boolean execute) {
        byte[] expected = makeSource(Layout.DEFAULT);
        byte[] then = read(SOURCE, "s2");
        prepare(TARGET);
        write(TARGET, expected);
        if (execute) {
            execute();
        }
        write(TARGET, expected);

        store.abortMigration(TARGET, Progress.NONE);

        assertSame(read(SOURCE), expected);
        assertSame(read(SOURCE, "s2"), then);
        assertThat(snapshots(SOURCE)).containsExactly("s1", "s2");
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.info(TARGET));
        assertThat(store.migrations()).isEmpty();
    }

    @Test
    void anAbortThatWouldLoseASnapshotOrASizeIsRefused() {
        byte[] expected = makeSource(Layout.DEFAULT);
        prepare(TARGET);
        try (Image image = store.open(TARGET, Access.READ_WRITE)) {
            image.createSnapshot("mine");
        }
        assertRefused(Problem.IMAGE_HAS_SNAPSHOTS, () -> store.abortMigration(TARGET, Progress.NONE));
        try (Image image = store.open(TARGET, Access.READ_WRITE)) {
            image.removeSnapshot("mine", Progress.NONE);
            image.resize(SIZE + MIB, false, Progress.NONE);
        }
        assertRefused(Problem.MIGRATION_STATE, () -> store.abortMigration(TARGET, Progress.NONE));
        try (Image image = store.open(TARGET, Access.READ_WRITE)) {
            image.resize(SIZE, true, Progress.NONE);
        }
        assertSame(read(TARGET), expected);

        store.abortMigration(SOURCE, Progress.NONE);

        assertSame(read(SOURCE), expected);
    }

    @Test
    void rbdExecutesAndCommitsWhatBerthPrepared() {
        byte[] expected = makeSource(Layout.DEFAULT);
        prepare(TARGET);
        cluster.rbd("migration", "execute", "--no-progress", "vms/target");
        assertThat(state()).isEqualTo(MigrationState.EXECUTED);
        assertThat(differences()).isEmpty();

        cluster.rbd("migration", "commit", "--no-progress", "vms/target");

        assertRefused(Problem.NOT_MIGRATING, () -> store.migration(TARGET));
        assertThat(store.migrations()).isEmpty();
        assertSame(read(TARGET), expected);
        assertThat(snapshots(TARGET)).containsExactly("s1", "s2", NativeMigrations.PROOF);
    }

    @Test
    void rbdAbortsWhatBerthPrepared() {
        byte[] expected = makeSource(Layout.DEFAULT);
        prepare(TARGET);

        cluster.rbd("migration", "abort", "--no-progress", "vms/target");

        assertRefused(Problem.NOT_MIGRATING, () -> store.migration(SOURCE));
        assertSame(read(SOURCE), expected);
        assertThat(snapshots(SOURCE)).containsExactly("s1", "s2");
    }

    @Test
    void berthExecutesAndCommitsWhatRbdPreparedUnlessClientsWrote() {
        byte[] expected = makeSource(Layout.DEFAULT);
        cluster.rbd("migration", "prepare", "rbd/source", "vms/target");
        assertThat(store.migration(TARGET).source()).contains(SOURCE);
        execute();
        assertThat(differences()).isEmpty();
        byte[] data = bytes(10);
        try (Image image = store.open(TARGET, Access.READ_WRITE)) {
            image.write(9 * MIB, ByteBuffer.wrap(data));
        }
        System.arraycopy(data, 0, expected, 9 * MIB, data.length);

        assertThat(differences()).containsExactly(2L);
        assertThat(differences(true)).isEmpty();
        store.commitMigration(TARGET, Progress.NONE);

        assertSame(read(TARGET), expected);
        assertThat(snapshots(TARGET)).containsExactly("s1", "s2");
    }

    @Test
    void berthAbortsWhatRbdPrepared() {
        byte[] expected = makeSource(Layout.DEFAULT);
        cluster.rbd("migration", "prepare", "rbd/source");
        write(SOURCE, expected);

        store.abortMigration(SOURCE, Progress.NONE);

        assertSame(read(SOURCE), expected);
    }

    @Test
    void aCommitThatWasInterruptedAfterLibrbdsGoesOn() {
        makeSource(Layout.DEFAULT);
        prepare(TARGET);
        execute();
        store.update(TARGET, MigrationState.COMMITTING, Map.of("k", "w"));
        cluster.rbd("migration", "commit", "--no-progress", "vms/target");

        assertThat(state()).isEqualTo(MigrationState.COMMITTING);
        assertThat(store.migration(TARGET).attributes()).isEqualTo(Map.of("k", "w"));
        store.commitMigration(TARGET, Progress.NONE);

        assertRefused(Problem.NOT_MIGRATING, () -> store.migration(TARGET));
        assertThat(snapshots(TARGET)).containsExactly("s1", "s2");
    }

    /** An abort reads the target and writes to it what it read: what a client wrote in between would be lost. */
    @Test
    void anAbortIsRefusedWhileTheTargetIsOpen() {
        makeSource(Layout.DEFAULT);
        prepare(TARGET);
        try (Image _ = store.open(TARGET, Access.READ_WRITE)) {
            assertRefused(Problem.IMAGE_IN_USE, () -> store.abortMigration(TARGET, Progress.NONE));
        }
        store.abortMigration(TARGET, Progress.NONE);
        assertThat(snapshots(SOURCE)).containsExactly("s1", "s2");
    }

    @Test
    void imagesWithNamesThatOnlyRbdTakesStandInNobodysWay() {
        makeSource(Layout.DEFAULT);
        prepare(TARGET);
        cluster.rbd("create", "--size", "1M", "vms/bad\tname");
        assertThat(store.names("vms")).containsExactly(TARGET);
        assertThat(store.images("vms")).hasSize(1);
        assertThat(store.migrations()).hasSize(1);
        assertThat(store.published()).isEmpty();
        cluster.rbd("rm", "--no-progress", "vms/bad\tname");
    }

    @Test
    void stepsAreRefusedInTheWrongState() {
        makeSource(Layout.DEFAULT);
        try (Image _ = store.open(SOURCE, Access.READ_WRITE)) {
            assertRefused(Problem.IMAGE_IN_USE, () -> prepare(TARGET));
        }
        prepare(SOURCE);
        assertRefused(Problem.MIGRATION_STATE, () -> store.commitMigration(SOURCE, Progress.NONE));
        assertRefused(Problem.MIGRATION_STATE, () -> store.update(SOURCE, MigrationState.EXECUTED, Map.of()));
        store.rename(SOURCE, "renamed");
        ImageSpec renamed = new ImageSpec("rbd", "renamed");
        assertThat(store.migration(renamed).source()).contains(SOURCE);
        store.abortMigration(renamed, Progress.NONE);
        assertThat(snapshots(SOURCE)).containsExactly("s1", "s2");
    }

    /** What a kill after librbd's part leaves is what rbd prepares. */
    @Test
    void damagedNotesAreSaidAndCanBeRemoved() {
        makeSource(Layout.DEFAULT);
        prepare(TARGET);
        cluster.rbd("image-meta", "set", "vms/target", NativeNotes.KEY, "{}");
        assertRefused(Problem.CORRUPT, () -> store.migration(TARGET));
        assertRefused(Problem.CORRUPT, store::migrations);
        assertThat(store.published()).isEmpty();
        cluster.rbd("image-meta", "remove", "vms/target", NativeNotes.KEY);
        assertThat(store.migration(TARGET).attributes()).isEmpty();
        execute();
        assertThat(differences()).isEmpty();
        store.commitMigration(TARGET, Progress.NONE);
    }
}
