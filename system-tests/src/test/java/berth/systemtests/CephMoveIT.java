package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import berth.ceph.cluster.CephCluster;
import berth.migration.MoveRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Copies into a real cluster whose bytes change, or that are killed: nothing wrong is committed, and nothing is lost. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Not in time is never.
class CephMoveIT {
    private static final ImageSpec TARGET = MoverLab.TARGET;
    private static final long BYTES = 20L << 20;

    @TempDir
    static Path temp;

    @AutoClose
    private static CephCluster cluster;

    private static Path disk;

    @TempDir
    Path directory;

    private MoverLab lab;

    @BeforeAll
    static void start() throws IOException {
        cluster = CephCluster.start(Files.createDirectory(temp.resolve("cluster")), CephCluster.Size.SMALL);
        disk = Disks.raw(temp.resolve("disk.raw"), BYTES, 60, 11);
    }

    @BeforeEach
    void open() {
        lab = new MoverLab(cluster, MoverLab.admin(cluster, Duration.ofSeconds(60)), directory);
        lab.store().createPool("vms");
    }

    @AfterEach
    void close() {
        lab.close();
        if (cluster.ceph("osd", "pool", "ls").contains("vms")) {
            cluster.deletePool("vms");
        }
    }

    private void prepare(Path file) {
        lab.prepare(Disks.rawSpec(file), MoveRequest.Needed.WHEN_COMMITTED);
    }

    /** Flips a bit in the first object of the copy, behind librbd's back. */
    private void damageObject(String snapshotOrNone) throws IOException {
        String object = "rbd_data." + lab.store().migration(TARGET).targetId() + ".0000000000000000";
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
        lab.execute();
        damageObject("");

        BlockException failure = MoverLab.failure(Problem.CORRUPT, lab::commit);

        assertThat(failure).hasMessageContaining("1 of 5 objects of the target differ");
        assertThat(lab.store().migration(TARGET).state()).isEqualTo(MigrationState.EXECUTED);
        assertThat(lab.store().images("vms")).isEmpty();
        lab.mover().abort(TARGET, Progress.NONE);
        assertThat(cluster.rbd("ls", "vms")).isEmpty();
    }

    @Test
    void aByteThatChangesInTheSourceWithoutItsTimeIsFoundAndNothingIsCommitted() throws Exception {
        Path copy = Files.copy(disk, directory.resolve("copy.raw"));
        FileTime time = Files.getLastModifiedTime(copy);
        prepare(copy);
        lab.execute();
        byte[] content = Files.readAllBytes(copy);
        content[(int) BYTES / 2] ^= 1;
        Files.write(copy, content);
        Files.setLastModifiedTime(copy, time);

        BlockException failure = catchThrowableOfType(BlockException.class, lab::commit);

        assertThat(failure.problem()).isIn(Problem.CORRUPT, Problem.SOURCE_CHANGED);
        assertThat(lab.store().images("vms")).isEmpty();
    }

    /** More objects than there are pages in memory for what is known of them, between two checkpoints. */
    @Test
    void aDiskOfMoreThan2TiBWithoutDataIsCopied() throws Exception {
        Path sparse = directory.resolve("sparse.raw");
        Programs.ok("truncate", "-s", "2100G", sparse.toString());
        prepare(sparse);

        lab.execute();

        assertThat(lab.store().migration(TARGET).state()).isEqualTo(MigrationState.EXECUTED);
        lab.mover().abort(TARGET, Progress.NONE);
    }

    @Test
    void aCommitThatHasBegunIsNotAborted() {
        prepare(disk);
        lab.execute();
        lab.store()
                .update(
                        TARGET,
                        MigrationState.COMMITTING,
                        lab.store().migration(TARGET).attributes());

        MoverLab.failure(Problem.MIGRATION_STATE, () -> lab.store().update(TARGET, MigrationState.ABORTING, Map.of()));
        MoverLab.failure(Problem.MIGRATION_STATE, () -> lab.store().abortMigration(TARGET, Progress.NONE));

        lab.store().commitMigration(TARGET, Progress.NONE);
        assertThat(lab.store().images("vms")).hasSize(1);
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
            first.await(() -> cluster.rados("-p", "vms", "ls").contains("berth_copied"), "checkpoint");
            id = lab.store().migration(TARGET).targetId();

            Outcome second = berth.run(fast);

            assertThat(second.status()).as(second.err()).isEqualTo(16);
            assertThat(second.err()).contains("is being worked on by another client");
            assertThat(first.isAlive()).isTrue();
            first.killHard();
        }
        assertThat(lab.store().migration(TARGET).state()).isEqualTo(MigrationState.EXECUTING);

        berth.ok(fast);

        assertThat(lab.store().info(TARGET).id()).isEqualTo(id);
        Path exported = directory.resolve("exported.raw");
        cluster.rbd("export", "--no-progress", TARGET.toString(), exported.toString());
        Disks.assertSame(exported, large);
        String receipt = berth.store().resolve("receipts").resolve(id + ".json").toString();
        assertThat(berth.ok("-c", configuration, "receipt", "verify", receipt).out())
                .contains("Everything is what the receipt states.");
    }
}
