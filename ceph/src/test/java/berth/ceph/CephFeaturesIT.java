package berth.ceph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.TrashEntry;
import berth.ceph.CephConfig.CloneFormat;
import berth.ceph.cluster.CephCluster;
import berth.ceph.lib.RbdAnnotations.Lock;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an RBD image has beyond other stores' images; {@code rbd} sees the same. */
final class CephFeaturesIT {
    private static final int MIB = 1 << 20;
    private static final ImageSpec DISK = new ImageSpec("vms", "disk");

    private final CephCluster cluster = CephCluster.shared();
    private CephStore store;

    @BeforeEach
    void open() {
        CephFixture.empty();
        store = CephStore.open(CephFixture.config());
        store.createPool("vms");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static void assertProblem(Problem problem, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        BlockException.class,
                        e -> assertThat(e.problem()).as(e.getMessage()).isEqualTo(problem));
    }

    private CephImage create(ImageSpec spec) {
        store.create(spec, 8 * MIB, Layout.DEFAULT);
        return store.open(spec, Access.READ_WRITE);
    }

    @Test
    void anImageIsMadeWithItsOwnFeaturesLayoutAndDataPool() {
        store.createPool("data");
        CreateOptions options =
                new CreateOptions(Optional.of(Set.of("layering", "exclusive-lock")), Optional.of("data"), false);

        ImageInfo info = store.create(DISK, 64 * MIB, new Layout(23, 1 << 16, 4), options);

        assertThat(info.features()).containsExactlyInAnyOrder("layering", "exclusive-lock", "data-pool", "striping");
        assertThat(cluster.rbd("info", "vms/disk"))
                .contains("order 23 (8 MiB objects)")
                .contains("stripe unit: 64 KiB", "stripe count: 4", "data_pool: data");
        assertProblem(
                Problem.POOL_NOT_FOUND,
                () -> store.create(
                        new ImageSpec("vms", "other"),
                        MIB,
                        Layout.DEFAULT,
                        new CreateOptions(Optional.empty(), Optional.of("nosuch"), false)));
        assertProblem(
                Problem.INVALID_ARGUMENT,
                () -> store.create(
                        new ImageSpec("vms", "other"),
                        MIB,
                        Layout.DEFAULT,
                        new CreateOptions(Optional.of(Set.of("teleportation")), Optional.empty(), false)));
    }

    @Test
    void anImageOfTooManyObjectsForAnObjectMapIsMadeWithoutOne() {
        ImageInfo info = store.create(DISK, 16L << 40, Layout.ofOrder(12));

        assertThat(info.features()).contains("layering", "exclusive-lock").doesNotContain("object-map", "fast-diff");
    }

    @Test
    void rbdReadsWhatWasWrittenAndTheOtherWayRound() throws Exception {
        byte[] content = new byte[MIB];
        new Random(7).nextBytes(content);
        try (CephImage image = create(DISK)) {
            image.write(3 * MIB, ByteBuffer.wrap(content));
            image.createSnapshot("s");
            image.protectSnapshot("s");
        }
        Path file = Files.createTempFile("berth", ".raw");
        Files.delete(file);

        cluster.rbd("export", "--no-progress", "vms/disk@s", file.toString());
        byte[] exported = Files.readAllBytes(file);
        cluster.rbd("import", "--no-progress", file.toString(), "vms/imported");
        Files.delete(file);

        assertThat(Arrays.copyOfRange(exported, 3 * MIB, 4 * MIB)).isEqualTo(content);
        assertThat(cluster.rbd("snap", "ls", "vms/disk")).contains("yes");
        try (CephImage imported = store.open(new ImageSpec("vms", "imported"), Access.READ_ONLY)) {
            ByteBuffer read = ByteBuffer.allocateDirect(MIB);
            imported.read(3 * MIB, read);
            assertThat(read.flip()).isEqualTo(ByteBuffer.wrap(content));
        }
    }

    @Test
    void zeroesThatKeepTheirSpaceAreStored() {
        byte[] content = new byte[16 * MIB];
        new Random(9).nextBytes(content);
        store.create(DISK, 400L * MIB, Layout.DEFAULT);
        try (CephImage parent = store.open(DISK, Access.READ_WRITE)) {
            parent.write(0, ByteBuffer.wrap(content));
            parent.createSnapshot("s");
            parent.protectSnapshot("s");
        }
        ImageSpec child = new ImageSpec("vms", "child");
        store.clone(DISK.at("s"), child, Layout.DEFAULT);
        try (CephImage image = store.open(child, Access.READ_WRITE)) {
            assertThat(image.zeroesFast(true)).isTrue();
            assertThat(image.zeroesFast(false)).isFalse();
            image.writeZeroes(3, 5 * MIB, false);
            image.writeZeroes(10 * MIB + 1, 4095, true);
            image.writeZeroes(20 * MIB, 300L * MIB, false);
            image.writeZeroes(0, 0, false);

            Arrays.fill(content, 3, 3 + 5 * MIB, (byte) 0);
            Arrays.fill(content, 10 * MIB + 1, 10 * MIB + 4096, (byte) 0);
            ByteBuffer read = ByteBuffer.allocateDirect(content.length);
            image.read(0, read);
            assertThat(read.flip()).isEqualTo(ByteBuffer.wrap(content));
            long stored = image.usage().usedBytes();
            assertThat(stored).isGreaterThanOrEqualTo(305L * MIB);

            image.writeZeroes(20 * MIB, 300L * MIB, true);
            assertThat(image.usage().usedBytes()).isLessThanOrEqualTo(stored - 300L * MIB);
            assertProblem(Problem.OUT_OF_RANGE, () -> image.writeZeroes(399L * MIB, 2 * MIB, false));
        }
    }

    @Test
    void namespacesHoldImagesAndClonesOfOtherNamespaces() {
        store.createNamespace("vms", "tenant");
        ImageSpec inside = new ImageSpec("vms/tenant", "disk");
        try (CephImage parent = create(DISK);
                CephStore modern = CephStore.open(CephFixture.config().withCloneFormat(CloneFormat.V2))) {
            parent.createSnapshot("s");
            parent.protectSnapshot("s");

            assertThatThrownBy(() -> store.clone(DISK.at("s"), inside, Layout.DEFAULT))
                    .hasMessageContaining("version 2");
            modern.clone(DISK.at("s"), inside, Layout.DEFAULT);

            assertThat(store.namespaces("vms")).containsExactly("tenant");
            assertThat(store.images("vms/tenant")).extracting(ImageInfo::spec).containsExactly(inside);
            assertThat(store.images("vms")).extracting(ImageInfo::spec).containsExactly(DISK);
            assertThat(store.children(DISK, Optional.of("s"))).containsExactly(inside);
            assertThat(store.info(inside).parent().orElseThrow().snapshot()).isEqualTo(DISK.at("s"));
        }
        assertProblem(Problem.POOL_NOT_EMPTY, () -> store.removeNamespace("vms", "tenant"));
        assertProblem(Problem.POOL_NOT_FOUND, () -> store.images("vms/nosuch"));
        store.remove(inside, Progress.NONE);
        store.removeNamespace("vms", "tenant");
        assertThat(store.namespaces("vms")).isEmpty();
    }

    @Test
    void clonesOfTheSecondKindNeedNoProtectionAndOutliveTheirSnapshot() {
        try (CephStore modern = CephStore.open(CephFixture.config().withCloneFormat(CloneFormat.V2));
                CephImage parent = create(DISK)) {
            parent.write(0, ByteBuffer.wrap(new byte[] {1, 2, 3}));
            parent.createSnapshot("s");
            ImageSpec child = new ImageSpec("vms", "child");

            modern.clone(DISK.at("s"), child, Layout.DEFAULT);
            assertThat(modern.children(DISK, Optional.of("s"))).containsExactly(child);
            parent.removeSnapshot("s", Progress.NONE);

            assertThat(parent.snapshots()).isEmpty();
            assertThat(modern.info(child).parent()).isPresent();
            try (CephImage open = modern.open(child, Access.READ_WRITE)) {
                ByteBuffer read = ByteBuffer.allocate(3);
                open.read(0, read);
                assertThat(read.array()).containsExactly(1, 2, 3);
                open.flatten(Progress.NONE);
            }
            assertThat(modern.info(child).parent()).isEmpty();
        }
    }

    @Test
    void theTrashKeepsImagesUntilTheyAreRemovedOrRestored() {
        create(DISK).close();
        String id = store.info(DISK).id();

        store.moveToTrash(DISK, Duration.ofDays(1));

        assertThat(store.images("vms")).isEmpty();
        List<TrashEntry> trash = store.trash("vms");
        assertThat(trash).hasSize(1);
        assertThat(trash.getFirst().id()).isEqualTo(id);
        assertThat(trash.getFirst().name()).isEqualTo("disk");
        assertThat(trash.getFirst().origin()).isEqualTo(TrashEntry.Origin.USER);
        assertThat(store.openById("vms", id, Optional.empty()).size()).isEqualTo(8 * MIB);
        assertThatThrownBy(() -> store.removeFromTrash("vms", id, false, Progress.NONE))
                .isInstanceOf(BlockException.class);
        store.restoreFromTrash("vms", id, Optional.of("back"));
        assertThat(store.info(new ImageSpec("vms", "back")).id()).isEqualTo(id);
    }

    @Test
    void metadataAndLocksAreThoseThatRbdShows() {
        // With the exclusive-lock feature, whoever writes holds the lock already.
        CreateOptions options = new CreateOptions(Optional.of(Set.of("layering")), Optional.empty(), false);
        store.create(DISK, MIB, Layout.DEFAULT, options);
        try (CephImage image = store.open(DISK, Access.READ_WRITE);
                CephStore other = CephStore.open(CephFixture.config());
                CephImage theirs = other.open(DISK, Access.READ_WRITE)) {
            Annotations annotations = image.annotations();
            annotations.setMetadata("owner", "größe");
            IntStream.range(0, 300).forEach(i -> annotations.setMetadata("key" + i, "value" + i));
            annotations.lock("mine");

            assertThat(cluster.rbd("image-meta", "get", "vms/disk", "owner").strip())
                    .isEqualTo("größe");
            assertThat(annotations.metadata()).hasSize(301).containsEntry("key299", "value299");
            assertThat(annotations.metadata("nosuch")).isEmpty();
            assertThat(cluster.rbd("lock", "ls", "vms/disk")).contains("mine");
            Lock lock = annotations.locks().getFirst();
            assertThat(lock.cookie()).isEqualTo("mine");
            assertThat(lock.exclusive()).isTrue();
            assertThatThrownBy(() -> theirs.annotations().lock("yours"))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.IMAGE_IN_USE))
                    .hasMessageContaining("'mine'");
            annotations.unlock("mine");
            assertThat(annotations.locks()).isEmpty();
        }
    }

    @Test
    void anImageThatAnotherClientHasOpenIsNotRemovedAndTheClientIsNamed() {
        try (CephImage image = create(DISK);
                CephStore other = CephStore.open(CephFixture.config())) {
            image.write(0, ByteBuffer.wrap(new byte[1]));

            assertThatThrownBy(() -> other.remove(DISK, Progress.NONE))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.IMAGE_IN_USE))
                    .hasMessageContaining("127.0.0.1")
                    .hasMessageContaining("client.");
        }
    }

    @Test
    void aPoolWithObjectsOfOthersIsNotRemoved() {
        cluster.rados("-p", "vms", "put", "precious", "/etc/hostname");

        assertProblem(Problem.POOL_NOT_EMPTY, () -> store.removePool("vms"));

        assertThat(cluster.rados("-p", "vms", "ls")).contains("precious");
    }

    @Test
    void thousandsOfVirtualThreadsShareAnImage() throws Exception {
        int blocks = 2000;
        try (CephImage image = create(DISK);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writes = IntStream.range(0, blocks)
                    .<Future<?>>mapToObj(i -> threads.submit(() -> {
                        ByteBuffer block = ByteBuffer.allocateDirect(4096);
                        block.putInt(0, i + 1);
                        image.write(i * 4096L, block);
                    }))
                    .toList();
            for (Future<?> write : writes) {
                write.get();
            }
            ByteBuffer all = ByteBuffer.allocate(blocks * 4096);
            image.read(0, all);
            assertThat(IntStream.range(0, blocks).filter(i -> all.getInt(i * 4096) != i + 1))
                    .isEmpty();
        }
    }
}
