package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import berth.ceph.cluster.CephCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that serves a real cluster runs the commands that name the cluster and the user as it does. */
class CephServeIT {
    private static final int GUESTS = 4;
    private static final byte[] BYTES = new byte[1 << 16];

    static {
        Arrays.fill(BYTES, (byte) 7);
    }

    @TempDir
    static Path shared;

    @AutoClose
    private static CephCluster cluster;

    private static CephUser user;

    @TempDir
    Path temp;

    private Berth berth;
    private BerthProcess server;

    @BeforeAll
    static void start() throws IOException {
        cluster = CephCluster.start(Files.createDirectory(shared.resolve("cluster")), CephCluster.Size.SMALL);
        cluster.createPool("vms", 1);
        user = CephUser.admin(cluster);
    }

    @BeforeEach
    void serve() throws IOException {
        berth = Berth.in(temp);
        server = serving();
        berth.ok(user.with("ls", "vms")); // It has been running for a while.
    }

    private BerthProcess serving() throws IOException {
        BerthProcess started = berth.start(user.with("serve"));
        try {
            started.awaitMessage("serving the store");
            return started;
        } catch (IOException | AssertionError e) {
            started.close();
            throw e;
        }
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    /** An import that goes on until it gets no more input. */
    private BerthProcess endlessImport(CephUser as, String image, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(options));
        command.addAll(List.of("import", "--no-progress", "-", image));
        BerthProcess process = berth.startReading(as.with(command.toArray(String[]::new)));
        try {
            process.input().write(BYTES);
            process.input().flush();
            process.await(() -> cluster.rbd("ls", "vms").contains(image.substring("vms/".length())), image);
            return process;
        } catch (IOException | AssertionError e) {
            process.close();
            throw e;
        }
    }

    private static void endImport(BerthProcess process, String image) throws IOException {
        process.input().close();
        process.end().succeeded();
        cluster.rbd("rm", "--no-progress", image);
    }

    /** Whether a process has connected to the cluster itself. */
    private static boolean connected(BerthProcess process) throws IOException {
        return Files.readString(Path.of("/proc/" + process.pid() + "/maps")).contains("librados");
    }

    private boolean runsByItself(CephUser as, String image) throws IOException {
        try (BerthProcess process = endlessImport(as, image)) {
            boolean result = connected(process);
            endImport(process, image);
            return result;
        }
    }

    @Test
    void commandsRunInTheServerAndByThemselvesOnceItHasEnded() throws Exception {
        Path disk = Disks.raw(temp.resolve("disk.raw"), 9 << 20, 20, 1);
        Programs.ok("qemu-img", "convert", "-O", "qcow2", disk.toString(), disk + ".qcow2");

        assertThat(runsByItself(user, "vms/first")).isFalse();
        berth.ok(user.with("import", "disk.raw", "vms/plain"));
        berth.ok(user.with("import", "--input-format", "qcow2", "disk.raw.qcow2", "vms/proven"));
        assertThat(berth.ok(user.with("ls", "vms")).out()).isEqualTo("plain\nproven\n");
        for (String image : new String[] {"plain", "proven"}) {
            berth.ok(user.with("export", "vms/" + image, image + ".raw"));
            assertThat(temp.resolve(image + ".raw")).hasSameBinaryContentAs(disk);
            berth.ok(user.with("rm", "--no-progress", "vms/" + image));
        }
        assertThat(berth.run(user.with("info", "vms/none")).status()).isEqualTo(2);

        server.signal("TERM");
        server.end().succeeded();
        assertThat(runsByItself(user, "vms/last")).isTrue();
    }

    @Test
    void imagesAreMadeAsTheCommandSaysNotTheServer() throws Exception {
        try (BerthProcess guest = endlessImport(user, "vms/layered", "--image-feature", "layering")) {
            assertThat(connected(guest)).isFalse();
            assertThat(cluster.rbd("info", "vms/layered")).contains("features: layering\n");
            endImport(guest, "vms/layered");
        }
    }

    @Test
    void otherUsersConnectByThemselves() throws Exception {
        assertThat(runsByItself(CephUser.cinder(cluster), "vms/other")).isTrue();
    }

    @Test
    void whoFindsTheServerBusyRunsByItself() throws Exception {
        List<BerthProcess> guests = new ArrayList<>();
        try {
            for (int i = 0; i < GUESTS; i++) {
                guests.add(endlessImport(user, "vms/guest" + i));
            }
            assertThat(runsByItself(user, "vms/next")).isTrue();
            for (int i = 0; i < GUESTS; i++) {
                assertThat(connected(guests.get(i))).isFalse();
                endImport(guests.get(i), "vms/guest" + i);
            }
        } finally {
            for (BerthProcess guest : guests) {
                guest.close();
            }
        }
        assertThat(runsByItself(user, "vms/next")).isFalse();
    }

    @Test
    void whoGetsNoAnswerFromTheServerRunsByItself() throws Exception {
        server.signal("STOP");
        assertThat(runsByItself(user, "vms/alone")).isTrue();
        server.signal("CONT");
        assertThat(runsByItself(user, "vms/served")).isFalse();
    }

    @Test
    void aServerThatStopsEndsTheCommandsInIt() throws Exception {
        try (BerthProcess guest = endlessImport(user, "vms/guest")) {
            server.signal("TERM");
            assertThat(guest.end().status()).isNotZero();
            server.end().succeeded();
        }
        assertThat(cluster.rbd("ls", "vms")).isEmpty();
    }

    @Test
    void aSecondServerLeavesTheCommandsToTheFirst() throws Exception {
        try (BerthProcess second = serving()) {
            assertThat(runsByItself(user, "vms/disk")).isFalse();
            assertThat(second.isAlive()).isTrue();
        }
        assertThat(runsByItself(user, "vms/disk")).isFalse();
    }
}
