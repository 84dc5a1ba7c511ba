package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.BlockException;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import berth.ceph.cluster.CephCluster;
import berth.migration.MoveRequest.Needed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Moves into a real cluster of three OSDs that keep everything twice, with a manager that knows how full pools are. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Not in time is never.
class CephReplicatedMoveIT {
    private static final long BYTES = 96L << 20;
    private static final int IN_THE_MIDDLE = 4;

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
        cluster = CephCluster.start(Files.createDirectory(temp.resolve("cluster")), CephCluster.Size.REPLICATED);
        disk = Disks.raw(temp.resolve("disk.raw"), BYTES, 40, 17);
    }

    @BeforeEach
    void open() {
        cluster.ceph("osd", "pool", "create", "vms", "1");
        cluster.ceph("osd", "pool", "set", "vms", "size", "2");
        cluster.ceph("osd", "pool", "set", "vms", "min_size", "1");
        cluster.rbd("pool", "init", "vms");
        lab = new MoverLab(cluster, MoverLab.admin(cluster, Duration.ofSeconds(60)), directory);
    }

    @AfterEach
    void close() {
        lab.close();
        cluster.deletePool("vms");
    }

    /** The OSD that serves the pool, which has one placement group. */
    private static int primary() {
        String acting = cluster.ceph("osd", "map", "vms", "any");
        return Integer.parseInt(acting.replaceAll("(?s).*acting \\(\\[.*\\], p(\\d+)\\).*", "$1"));
    }

    @ParameterizedTest
    @EnumSource
    void anOsdThatDiesForGoodInTheMiddleIsMadeUpForByTheOthers(Needed needed) throws Exception {
        lab.prepare(Disks.rawSpec(disk), needed);
        int dead = primary();
        try {
            lab.executeAndThen(IN_THE_MIDDLE, () -> cluster.killOsd(dead));
            assertThat(primary()).isNotEqualTo(dead);

            lab.assertCommitted(disk);
        } finally {
            cluster.startOsd(dead);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPoolThatReachesItsQuotaIsSaidAndTheCopyGoesOnWhenThatIsRaised(Needed needed) throws Exception {
        lab.prepare(Disks.rawSpec(disk), needed);

        BlockException failure = MoverLab.failure(
                Problem.NO_SPACE, () -> lab.executeAndThen(IN_THE_MIDDLE, () -> cluster.setQuota("vms", 1)));

        assertThat(failure).hasMessageContaining("the cluster or the pool is full");
        cluster.setQuota("vms", 0);
        lab.reconnect();
        assertThat(lab.store().migration(MoverLab.TARGET).state()).isEqualTo(MigrationState.EXECUTING);
        lab.execute();
        lab.assertCommitted(disk);
    }

    @ParameterizedTest
    @EnumSource
    void anAbortWorksInAPoolThatIsFull(Needed needed) {
        lab.prepare(Disks.rawSpec(disk), needed);
        lab.execute();
        cluster.setQuota("vms", 1);

        lab.mover().abort(MoverLab.TARGET, Progress.NONE);

        assertThat(cluster.rbd("ls", "vms")).isEmpty();
        assertThat(cluster.rados("-p", "vms", "ls")).doesNotContain("rbd_data", "berth");
    }
}
