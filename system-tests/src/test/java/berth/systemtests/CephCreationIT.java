package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import berth.ceph.cluster.CephCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images on a real cluster with features, data pools and layouts of their own, as {@code rbd} shows them. */
class CephCreationIT {
    private static final int INVALID = 22;
    private static final int UNSUPPORTED = 95;

    @TempDir
    static Path temp;

    @AutoClose
    private static CephCluster cluster;

    private static CephUser admin;
    private static Path disk;

    @BeforeAll
    static void start() throws IOException {
        cluster = CephCluster.start(Files.createDirectory(temp.resolve("cluster")), CephCluster.Size.SMALL);
        for (String pool : List.of("vms", "data")) {
            cluster.createPool(pool, 1);
        }
        admin = CephUser.admin(cluster);
        disk = Disks.raw(temp.resolve("disk.raw"), 9 << 20, 50, 11);
    }

    private static Outcome run(String... args) throws IOException {
        return Berth.in(temp).run(admin.with(args));
    }

    private static Outcome ok(String... args) throws IOException {
        return run(args).succeeded();
    }

    private static void assertSameBytes(String image) throws IOException {
        Path copy = Files.createTempDirectory(temp, "exported").resolve("raw");
        cluster.rbd("export", "--no-progress", image, copy.toString());
        assertThat(copy).hasSameBinaryContentAs(disk);
    }

    @Test
    void newImagesHaveWhatIsAskedFor() throws Exception {
        ok("create", "--size", "8M", "vms/plain");
        ok("create", "--size", "8M", "--image-feature", "layering,exclusive-lock", "--data-pool", "data", "vms/made");
        ok("create", "--size", "8M", "--image-shared", "vms/shared");
        ok("create", "--size", "8M", "--image-feature", "journaling", "--image-feature=exclusive-lock", "vms/journal");
        ok("snap", "create", "--no-progress", "vms/made@s");
        ok("snap", "protect", "vms/made@s");
        ok("clone", "--image-feature", "layering", "vms/made@s", "vms/clone");
        ok("import", "--no-progress", "--data-pool", "data", "--object-size", "1M", disk.toString(), "vms/raw");

        for (String image : List.of("plain", "made", "shared", "clone", "raw")) {
            for (String format : List.of("plain", "json")) {
                assertThat(ok("info", "vms/" + image, "--format", format).out())
                        .isEqualTo(cluster.rbd("info", "vms/" + image, "--format", format));
            }
        }
        assertThat(cluster.rbd("info", "vms/made"))
                .contains("features: layering, exclusive-lock, data-pool", "data_pool: data");
        assertThat(cluster.rbd("info", "vms/shared")).contains("features: layering, deep-flatten\n");
        assertThat(cluster.rbd("info", "vms/journal")).contains("features: exclusive-lock, journaling\n");
        assertThat(cluster.rbd("info", "vms/clone")).contains("features: layering\n", "parent: vms/made@s");
        assertThat(cluster.rbd("info", "vms/raw")).contains("data_pool: data", "order 20 (1 MiB objects)");
        assertSameBytes("vms/raw");
        assertThat(run("create", "--size", "8M", "--data-pool", "nosuch", "vms/none")
                        .err())
                .contains("create error: (2) No such file", "opening pool 'nosuch'");
        assertThat(run("create", "--size", "8M", "--image-feature", "bogus", "vms/none")
                        .status())
                .isEqualTo(1);
    }

    @Test
    void aVerifiedImportHasWhatIsAskedFor() throws Exception {
        ok("import", "--no-progress", "--input-format", "raw", "--data-pool", "data", disk.toString(), "vms/imported");

        assertThat(cluster.rbd("info", "vms/imported")).contains("data_pool: data", "exclusive-lock");
        assertSameBytes("vms/imported");
        Outcome unlocked = run(
                "import", "--no-progress", "--input-format", "raw", "--image-shared", disk.toString(), "vms/unlocked");
        assertThat(unlocked.endedWith(INVALID).err()).contains("exclusive-lock", "rbd feature disable");
        assertThat(cluster.rbd("ls", "vms")).doesNotContain("unlocked");

        Berth local = Berth.in(Files.createDirectory(temp.resolve("local")));
        local.ok("import", "--no-progress", disk.toString(), "rbd/web");
        local.ok(admin.with("promote", "--no-progress", "rbd/web", "--to", "ceph:vms", "--data-pool", "data"));
        assertThat(cluster.rbd("info", "vms/web")).contains("data_pool: data");
        assertSameBytes("vms/web");
    }

    @Test
    void migrationsWithinTheClusterChangeFeaturesLayoutAndDataPool() throws Exception {
        cluster.rbd("import", "--no-progress", disk.toString(), "vms/source");

        ok(
                "migration",
                "prepare",
                "--image-feature",
                "layering",
                "--data-pool",
                "data",
                "--object-size",
                "1M",
                "--stripe-unit",
                "64K",
                "--stripe-count",
                "4",
                "vms/source",
                "vms/target");
        ok("migration", "execute", "--no-progress", "vms/target");
        ok("migration", "commit", "--no-progress", "vms/target");

        assertThat(cluster.rbd("info", "vms/target"))
                .contains(
                        "data_pool: data",
                        "features: layering, striping, data-pool\n",
                        "order 20 (1 MiB objects)",
                        "stripe unit: 64 KiB",
                        "stripe count: 4");
        assertSameBytes("vms/target");
        ok("migration", "prepare", "--image-shared", "vms/target", "vms/again");
        ok("migration", "abort", "--no-progress", "vms/again");
        assertThat(cluster.rbd("info", "vms/target")).contains("features: layering, striping, data-pool\n");
        assertSameBytes("vms/target");
    }

    @Test
    void anImportThatClientsUseAtOnceHasWhatIsAskedFor() throws Exception {
        Path spec = Files.writeString(
                temp.resolve("spec.json"),
                "{\"type\":\"raw\",\"stream\":{\"type\":\"file\",\"file_path\":\"" + disk + "\"}}");
        try (BerthProcess served = Berth.in(temp)
                .start(admin.with(
                        "migration",
                        "prepare",
                        "--import-only",
                        "--source-spec-path",
                        spec.toString(),
                        "vms/live",
                        "--listen",
                        "127.0.0.1:0",
                        "--data-pool",
                        "data",
                        "--order",
                        "21",
                        "--image-shared"))) {
            served.awaitLine();
            assertSameBytes("vms/live");
            ok("migration", "execute", "--no-progress", "vms/live");
        }
        ok("migration", "commit", "--no-progress", "vms/live");

        assertThat(cluster.rbd("info", "vms/live"))
                .contains("data_pool: data", "features: layering, deep-flatten, data-pool\n", "order 21 (2 MiB");
        assertSameBytes("vms/live");
    }

    @Test
    void aLocalStoreSaysWhatItHasNot() throws Exception {
        Berth local = Berth.in(Files.createDirectory(temp.resolve("without")));
        for (String[] options :
                new String[][] {{"--data-pool", "data"}, {"--image-shared"}, {"--image-feature", "journaling"}}) {
            List<String> command = new ArrayList<>(List.of("create", "--size", "1M", "rbd/x"));
            command.addAll(List.of(options));
            assertThat(local.run(command.toArray(String[]::new))
                            .endedWith(UNSUPPORTED)
                            .err())
                    .contains("is not supported by this store");
        }
    }
}
