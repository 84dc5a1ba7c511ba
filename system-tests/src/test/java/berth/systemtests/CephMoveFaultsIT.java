package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.ceph.CephConfig;
import berth.ceph.cluster.CephCluster;
import berth.migration.ExecuteOptions;
import berth.migration.MoveRequest.Needed;
import berth.source.http.TestWebServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Moves into a real cluster in which something goes wrong, by Berth's own copy (needed when committed) and by librbd's
 * (needed at once): nothing is lost, what is wrong is said, and the move goes on when it is put right.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Not in time is never.
class CephMoveFaultsIT {
    private static final ImageSpec TARGET = MoverLab.TARGET;
    private static final Duration SHORT = Duration.ofSeconds(5);
    private static final Duration LONG = Duration.ofSeconds(60);
    /** More than librbd copies at a time. */
    private static final long BYTES = 96L << 20;

    private static final int IN_THE_MIDDLE = 4;

    private static final String USER_ID = "mover";
    private static final String[] ENOUGH = {"mon", "profile rbd", "osd", "profile rbd pool=vms"};
    private static final int TICKET_SECONDS = 3;

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
        cluster.ceph("config", "set", "mon", "auth_service_ticket_ttl", Integer.toString(TICKET_SECONDS));
        cluster.ceph("config", "set", "osd", "osd_client_watch_timeout", "8"); // Else the dead count as alive for 30 s.
        disk = Disks.raw(Files.createDirectory(temp.resolve("web")).resolve("disk.raw"), BYTES, 40, 13);
    }

    @BeforeEach
    void makePool() {
        cluster.createPool("vms", 1);
    }

    @AfterEach
    void close() {
        if (lab != null) {
            lab.close();
        }
        deletePool();
    }

    private static void deletePool() {
        cluster.deletePool("vms");
    }

    private void prepare(Needed needed, Duration timeout) {
        prepare(needed, timeout, Disks.rawSpec(disk));
    }

    private void prepare(Needed needed, Duration timeout, String spec) {
        lab = new MoverLab(cluster, MoverLab.admin(cluster, timeout), directory);
        lab.prepare(spec, needed);
    }

    private void reconnectAndExecute() {
        lab.reconnect();
        lab.execute();
    }

    private void assertGoesOn() throws IOException {
        lab.reconnect();
        assertThat(lab.store().migration(TARGET).state()).isEqualTo(MigrationState.EXECUTING);
        lab.execute();
        lab.assertCommitted(disk);
    }

    @ParameterizedTest
    @EnumSource
    void anOsdThatIsKilledAndComesBackDelaysTheCopyOnly(Needed needed) throws Exception {
        prepare(needed, LONG);

        lab.executeAndThen(IN_THE_MIDDLE, () -> cluster.restartOsd(0));

        lab.assertCommitted(disk);
    }

    @ParameterizedTest
    @EnumSource
    void anOsdThatIsAwayForTooLongEndsTheCopyWhichGoesOnLater(Needed needed) throws Exception {
        prepare(needed, SHORT);

        BlockException failure = MoverLab.failure(
                Problem.UNREACHABLE, () -> lab.executeAndThen(IN_THE_MIDDLE, () -> cluster.killOsd(0)));

        assertThat(failure).hasMessageContaining("did not answer within 5 s");
        cluster.startOsd(0);
        cluster.rbd("ls", "vms"); // Waits for it.
        assertGoesOn();
    }

    @ParameterizedTest
    @EnumSource
    void aFullClusterIsSaidAndTheCopyGoesOnWhenThereIsSpace(Needed needed) throws Exception {
        prepare(needed, SHORT);
        try {
            BlockException failure = MoverLab.failure(
                    Problem.NO_SPACE, () -> lab.executeAndThen(IN_THE_MIDDLE, () -> cluster.setFull(true)));
            assertThat(failure).hasMessageContaining("full");
        } finally {
            cluster.setFull(false);
        }

        assertGoesOn();
    }

    @ParameterizedTest
    @EnumSource
    void aPoolThatIsDeletedEndsTheCopyAndIsSaid(Needed needed) {
        prepare(needed, SHORT);

        BlockException failure = catchThrowableOfType(
                BlockException.class, () -> lab.executeAndThen(IN_THE_MIDDLE, CephMoveFaultsIT::deletePool));

        try {
            MoverLab.failure(Problem.POOL_NOT_FOUND, () -> lab.store().migration(TARGET));
            assertThat(failure.problem()).as(failure.getMessage()).isEqualTo(Problem.POOL_NOT_FOUND);
        } finally {
            makePool();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWebServerThatIsAwayForAWhileDelaysTheCopyOnly(Needed needed) throws Exception {
        CompletableFuture<TestWebServer> again = new CompletableFuture<>();
        try (TestWebServer web = webServer(0)) {
            prepare(needed, LONG, httpSpec(web));
            Runnable leave = web::close;

            lab.executeAndThen(IN_THE_MIDDLE, () -> {
                leave.run();
                again.completeAsync(
                        () -> webServer(web.port()), CompletableFuture.delayedExecutor(10, TimeUnit.SECONDS));
            });
        }
        try (TestWebServer _ = again.join()) {
            lab.assertCommitted(disk);
        }
    }

    @Test
    void aWebServerThatIsAwayForTooLongEndsTheCopyWhichGoesOnAtTheSameAddress() throws Exception {
        int port;
        try (TestWebServer web = webServer(0)) {
            port = web.port();
            prepare(Needed.WHEN_COMMITTED, LONG, httpSpec(web));
            BlockException failure = MoverLab.failure(Problem.IO, () -> lab.executeAndThen(IN_THE_MIDDLE, web::close));
            assertThat(failure)
                    .hasMessageContaining("http://127.0.0.1:" + port + "/disk.raw: the server cannot be reached");
        }
        try (TestWebServer _ = webServer(port)) {
            assertGoesOn();
        }
    }

    private static TestWebServer webServer(int port) {
        try {
            return new TestWebServer(disk.getParent(), port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String httpSpec(TestWebServer web) {
        return "{\"type\":\"raw\",\"stream\":{\"type\":\"http\",\"url\":\"" + web.url("disk.raw") + "\"}}";
    }

    private void prepareAsUser(Needed needed) {
        CephConfig config = MoverLab.admin(cluster, LONG).withUser(USER_ID).withKeyring(cluster.user(USER_ID, ENOUGH));
        lab = new MoverLab(cluster, config, directory);
        lab.prepare(Disks.rawSpec(disk), needed);
    }

    /** The servers go by the ticket that a client has shown them until there is a new one. */
    @ParameterizedTest
    @EnumSource
    void capabilitiesThatAreRevokedMeanwhileAreSaidAndTheCopyGoesOnWithThem(Needed needed) throws Exception {
        prepareAsUser(needed);

        BlockException failure = MoverLab.failure(
                Problem.ACCESS_DENIED,
                () -> lab.executeAndThen(IN_THE_MIDDLE, () -> {
                    cluster.user(USER_ID, "mon", "profile rbd");
                    ticketsAreOver();
                    cluster.restartOsd(0);
                }));

        assertThat(failure).hasMessageContaining("client.mover").hasMessageContaining("profile rbd pool=vms");
        MoverLab.failure(Problem.ACCESS_DENIED, this::reconnectAndExecute);
        cluster.user(USER_ID, ENOUGH);
        assertGoesOn();
    }

    /** Whoever is connected stays so, but cannot connect again. */
    @Test
    void aUserThatIsRemovedMeanwhileIsSaidAndTheCopyGoesOnWithItsKeyBack() throws Exception {
        prepareAsUser(Needed.WHEN_COMMITTED);
        String key = cluster.ceph("auth", "get", "client." + USER_ID);
        AtomicBoolean removed = new AtomicBoolean();

        MoverLab.failure(
                Problem.CANCELLED,
                () -> lab.mover().execute(TARGET, ExecuteOptions.DEFAULT, status -> {
                    if (status.objectsDone() >= IN_THE_MIDDLE && !removed.getAndSet(true)) {
                        cluster.ceph("auth", "rm", "client." + USER_ID);
                    }
                    return !removed.get();
                }));

        BlockException failure = MoverLab.failure(Problem.ACCESS_DENIED, this::reconnectAndExecute);
        assertThat(failure).hasMessageContaining("client.mover");
        cluster.ceph(
                "auth",
                "import",
                "-i",
                Files.writeString(directory.resolve("key"), key).toString());
        assertGoesOn();
    }

    private static void ticketsAreOver() {
        try {
            Thread.sleep(Duration.ofSeconds(2 * TICKET_SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
