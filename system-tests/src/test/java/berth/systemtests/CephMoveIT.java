package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import berth.ceph.CephConfig;
import berth.ceph.cluster.CephCluster;
import berth.migration.CommitOptions;
import berth.migration.CopyProgress;
import berth.migration.ExecuteOptions;
import berth.migration.MoveRequest;
import berth.migration.Mover;
import berth.server.Engine;
import berth.server.StoreDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Copies into a real cluster in which something goes wrong: nothing is lost, and nothing wrong is committed. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Not in time is never.
class CephMoveIT {
    private static final ImageSpec TARGET = new ImageSpec("vms", "disk");
    private static final long BYTES = 20L << 20;

    @TempDir
    static Path temp;

    private static CephCluster cluster;
    private static Path disk;

    @TempDir
    Path directory;

    private Engine engine;

    @BeforeAll
    static void start() throws IOException {
        cluster = CephCluster.start(Files.createDirectory(temp.resolve("cluster")), CephCluster.Size.SMALL);
        disk = Disks.raw(temp.resolve("disk.raw"), BYTES, 60, 11);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void open() {
        engine = engine(Duration.ofSeconds(60));
        engine.store().createPool("vms");
    }

    private Engine engine(Duration timeout) {
        CephConfig config = CephConfig.DEFAULT
                .withConfigurationFile(cluster.configurationFile())
                .withTimeouts(Duration.ofSeconds(10), timeout);
        return Engine.open(config, new StoreDirectory(directory.resolve("home")));
    }

    @AfterEach
    void close() {
        engine.close();
        if (cluster.ceph("osd", "pool", "ls").contains("vms")) {
            cluster.ceph("osd", "pool", "delete", "vms", "vms", "--yes-i-really-really-mean-it");
        }
    }

    private Mover mover() {
        return engine.mover();
    }

    private void prepare(Path file) {
        mover().prepare(new MoveRequest.SpecImport(
                Disks.rawSpec(file), TARGET, Layout.DEFAULT, MoveRequest.Needed.WHEN_COMMITTED));
    }

    private void execute() {
        mover().execute(TARGET, ExecuteOptions.DEFAULT, CopyProgress.NONE);
    }

    private void commit() {
        mover().commit(TARGET, CommitOptions.DEFAULT, Progress.NONE);
    }

    private void assertCommitted() throws IOException {
        commit();
        Path exported = directory.resolve("exported.raw");
        cluster.rbd("export", "--no-progress", TARGET.toString(), exported.toString());
        Disks.assertSame(exported, disk);
        assertThat(cluster.rbd("image-meta", "ls", TARGET.toString())).doesNotContain("berth");
        assertThat(cluster.rados("-p", "vms", "ls")).doesNotContain("berth");
    }

    private static BlockException failure(Problem problem, ThrowingCallable call) {
        BlockException failure = catchThrowableOfType(BlockException.class, call);
        assertThat(failure).as("a failure with %s", problem).isNotNull();
        assertThat(failure.problem()).as(failure.getMessage()).isEqualTo(problem);
        return failure;
    }

    /** Flips a bit in the first object of the copy, behind librbd's back. */
    private void damageObject(String snapshotOrNone) throws IOException {
        String object = "rbd_data." + engine.store().migration(TARGET).targetId() + ".0000000000000000";
        Path bytes = directory.resolve("object" + snapshotOrNone);
        cluster.rados("-p", "vms", "get", object, bytes.toString());
        byte[] content = Files.readAllBytes(bytes);
        content[content.length / 2] ^= 1;
        Files.write(bytes, content);
        cluster.rados("-p", "vms", "put", object, bytes.toString());
    }

    @Test
    void aByteThatChangesAtRestIsFoundAndNothingIsCommitted() throws Exception {
        prepare(disk);
        execute();
        damageObject("");

        BlockException failure = failure(Problem.CORRUPT, this::commit);

        assertThat(failure).hasMessageContaining("1 of 5 objects of the target differ");
        assertThat(engine.store().migration(TARGET).state()).isEqualTo(MigrationState.EXECUTED);
        assertThat(engine.store().images("vms")).isEmpty();
        mover().abort(TARGET, Progress.NONE);
        assertThat(cluster.rbd("ls", "vms")).isEmpty();
    }

    @Test
    void aByteThatChangesInTheSourceWithoutItsTimeIsFoundAndNothingIsCommitted() throws Exception {
        Path copy = Files.copy(disk, directory.resolve("copy.raw"));
        FileTime time = Files.getLastModifiedTime(copy);
        prepare(copy);
        execute();
        byte[] content = Files.readAllBytes(copy);
        content[(int) BYTES / 2] ^= 1;
        Files.write(copy, content);
        Files.setLastModifiedTime(copy, time);

        BlockException failure = catchThrowableOfType(BlockException.class, this::commit);

        assertThat(failure.problem()).isIn(Problem.CORRUPT, Problem.SOURCE_CHANGED);
        assertThat(engine.store().images("vms")).isEmpty();
    }

    @Test
    void aFullClusterIsSaidAndTheCopyGoesOnWhenThereIsSpace() throws Exception {
        prepare(disk);
        cluster.setFull(true);
        try {
            BlockException failure = failure(Problem.NO_SPACE, this::execute);
            assertThat(failure).hasMessageContaining("full");
        } finally {
            cluster.setFull(false);
        }

        execute();

        assertCommitted();
    }

    @Test
    void anOsdThatIsKilledAndComesBackDelaysTheCopyOnly() throws Exception {
        prepare(disk);
        AtomicBoolean killed = new AtomicBoolean();

        mover().execute(TARGET, ExecuteOptions.DEFAULT.withWorkers(1), status -> {
            if (status.objectsDone() == 2 && !killed.getAndSet(true)) {
                cluster.restartOsd(0);
            }
            return true;
        });

        assertThat(killed).isTrue();
        assertCommitted();
    }

    @Test
    void aPoolThatIsDeletedEndsTheCopyInsteadOfHangingIt() {
        prepare(disk);

        BlockException failure = catchThrowableOfType(
                BlockException.class,
                () -> mover().execute(TARGET, ExecuteOptions.DEFAULT.withWorkers(1), status -> {
                    if (status.objectsDone() == 1) {
                        cluster.ceph("osd", "pool", "delete", "vms", "vms", "--yes-i-really-really-mean-it");
                    }
                    return true;
                }));

        assertThat(failure).isNotNull();
        failure(Problem.POOL_NOT_FOUND, () -> engine.store().migration(TARGET));
    }

    @Test
    void aKeyThatIsRevokedIsSaidAndTheCopyGoesOnWithANewOne() throws Exception {
        String[] enough = {"mon", "profile rbd", "osd", "profile rbd pool=vms"};
        Path keyring = cluster.user("mover", enough);
        CephConfig config = CephConfig.DEFAULT
                .withConfigurationFile(cluster.configurationFile())
                .withUser("mover")
                .withKeyring(keyring);
        StoreDirectory home = new StoreDirectory(directory.resolve("mover"));
        try (Engine first = Engine.open(config, home)) {
            first.mover()
                    .prepare(new MoveRequest.SpecImport(
                            Disks.rawSpec(disk), TARGET, Layout.DEFAULT, MoveRequest.Needed.WHEN_COMMITTED));
        }
        cluster.user("mover", "mon", "profile rbd");

        try (Engine second = Engine.open(config, home)) {
            BlockException failure = failure(
                    Problem.ACCESS_DENIED,
                    () -> second.mover().execute(TARGET, ExecuteOptions.DEFAULT, CopyProgress.NONE));
            assertThat(failure).hasMessageContaining("profile rbd pool=vms");
        }

        cluster.user("mover", enough);
        try (Engine third = Engine.open(config, home)) {
            third.mover().execute(TARGET, ExecuteOptions.DEFAULT, CopyProgress.NONE);
        }
        assertCommitted();
    }

    @Test
    void aCopyThatIsKilledGoesOnAndASecondBerthIsKeptFromIt() throws Exception {
        cluster.ceph("config", "set", "osd", "osd_client_watch_timeout", "8"); // Else the dead count as alive for 30 s.
        Path large = Disks.raw(directory.resolve("large.raw"), 300L << 20, 20, 12);
        Berth berth = Berth.in(directory);
        String configuration = cluster.configurationFile().toString();
        List<String> all = List.of("-c", configuration, "import", "--no-progress", "--input-format", "raw");
        List<String> names = List.of(large.toString(), TARGET.toString());
        String[] slowly = Stream.of(all, List.of("--bandwidth", "2M"), names)
                .flatMap(List::stream)
                .toArray(String[]::new);
        String[] fast = Stream.of(all, names).flatMap(List::stream).toArray(String[]::new);
        String id;
        try (BerthProcess first = berth.start(slowly)) {
            first.await(() -> cluster.rados("-p", "vms", "ls").contains("berth_digests"), "checkpoint");
            id = engine.store().migration(TARGET).targetId();

            Outcome second = berth.run(fast);

            assertThat(second.status()).as(second.err()).isEqualTo(16);
            assertThat(second.err()).contains("is being worked on by another client");
            assertThat(first.isAlive()).isTrue();
            first.killHard();
        }
        assertThat(engine.store().migration(TARGET).state()).isEqualTo(MigrationState.EXECUTING);

        berth.ok(fast);

        assertThat(engine.store().info(TARGET).id()).isEqualTo(id);
        Path exported = directory.resolve("exported.raw");
        cluster.rbd("export", "--no-progress", TARGET.toString(), exported.toString());
        Disks.assertSame(exported, large);
        String receipt = berth.store().resolve("receipts").resolve(id + ".json").toString();
        assertThat(berth.ok("-c", configuration, "receipt", "verify", receipt).out())
                .contains("Everything is what the receipt states.");
    }
}
