package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import berth.ceph.cluster.CephCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on a real Ceph cluster, as the user that Cinder is; {@code rbd} sees what they did. */
class CephCommandsIT {
    private static final int NOT_PERMITTED = 1;
    private static final int NOT_FOUND = 2;
    private static final int DENIED = 13;

    @TempDir
    static Path temp;

    private static CephCluster cluster;
    private static Path keyring;

    @BeforeAll
    static void start() throws IOException {
        cluster = CephCluster.start(Files.createDirectory(temp.resolve("cluster")), CephCluster.Size.SMALL);
        cluster.ceph("osd", "pool", "create", "vms", "1");
        cluster.rbd("pool", "init", "vms");
        keyring = cluster.user("cinder", "mon", "profile rbd", "osd", "profile rbd pool=vms");
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static Outcome run(String user, Path key, String... args) throws IOException {
        List<String> all =
                new ArrayList<>(List.of("-c", cluster.configurationFile().toString()));
        all.addAll(List.of("--id", user, "--keyring", key.toString()));
        all.addAll(List.of(args));
        return Berth.in(temp).run(all.toArray(String[]::new));
    }

    private static Outcome ok(String... args) throws IOException {
        return run("cinder", keyring, args).succeeded();
    }

    @Test
    void aDiskIsImportedSnapshottedClonedAndExportedOnTheCluster() throws Exception {
        Path disk = Disks.raw(temp.resolve("disk.raw"), 10 << 20, 50, 1);

        ok("import", "--no-progress", disk.toString(), "vms/disk");
        ok("snap", "create", "--no-progress", "vms/disk@s");
        ok("snap", "protect", "vms/disk@s");
        ok("clone", "vms/disk@s", "vms/child");
        ok("export", "--no-progress", "vms/child", temp.resolve("child.raw").toString());

        assertThat(temp.resolve("child.raw")).hasSameBinaryContentAs(disk);
        assertThat(ok("ls", "vms").out()).isEqualTo("child\ndisk\n").isEqualTo(cluster.rbd("ls", "vms"));
        assertThat(ok("ls", "-l", "vms").out()).isEqualTo(cluster.rbd("ls", "-l", "vms"));
        assertThat(cluster.rbd("children", "vms/disk@s")).isEqualTo("vms/child\n");
        ok("flatten", "--no-progress", "vms/child");
        ok("rm", "--no-progress", "vms/child");
        assertThat(cluster.rbd("ls", "vms")).isEqualTo("disk\n");
    }

    /** What librbd cannot read itself (a compressed qcow2 with a backing file), it reads from Berth. */
    @Test
    void rbdMigratesFromWhatIsServedOverHttp() throws Exception {
        Path base = Disks.raw(temp.resolve("base.raw"), 20 << 20, 40, 2);
        Path overlay = temp.resolve("overlay.qcow2");
        Programs.run(
                        "qemu-img",
                        "convert",
                        "-c",
                        "-O",
                        "qcow2",
                        base.toString(),
                        temp.resolve("base.qcow2").toString())
                .succeeded();
        Programs.run("qemu-img", "create", "-f", "qcow2", "-b", "base.qcow2", "-F", "qcow2", overlay.toString())
                .succeeded();
        Programs.run("qemu-io", "-c", "write -P 7 1M 3M", "-c", "write -z 6M 2M", overlay.toString())
                .succeeded();
        Path spec = temp.resolve("spec.json");
        Files.writeString(spec, "{\"type\":\"qcow\",\"stream\":{\"type\":\"file\",\"file_path\":\"" + overlay + "\"}}");

        try (BerthProcess served = Berth.in(temp).start("http", "serve", "--source-spec-path", spec.toString())) {
            String source = served.awaitLine();
            cluster.rbd("migration", "prepare", "--import-only", "--source-spec", source, "vms/web");
            cluster.rbd("migration", "execute", "--no-progress", "vms/web");
        }
        cluster.rbd("migration", "commit", "--no-progress", "vms/web");

        Path expected = temp.resolve("expected.raw");
        Programs.run("qemu-img", "convert", "-O", "raw", overlay.toString(), expected.toString())
                .succeeded();
        ok("export", "--no-progress", "vms/web", temp.resolve("web.raw").toString());
        assertThat(temp.resolve("web.raw")).hasSameBinaryContentAs(expected);
        cluster.rbd("rm", "--no-progress", "vms/web");
    }

    @Test
    void failuresEndWithTheStatusOfRbd() throws Exception {
        Path reader = cluster.user("reader", "mon", "profile rbd", "osd", "profile rbd-read-only pool=vms");

        assertThat(run("cinder", keyring, "info", "vms/nosuch").status()).isEqualTo(NOT_FOUND);
        assertThat(run("reader", reader, "create", "--size", "1M", "vms/new").status())
                .isEqualTo(NOT_PERMITTED);
        assertThat(run("nobody", keyring, "ls", "vms").status()).isEqualTo(DENIED);
    }
}
