package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import berth.ceph.cluster.CephCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
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

    @AutoClose
    private static CephCluster cluster;

    private static final String STEM = "vms/stem@golden";

    private static CephUser cinder;

    @BeforeAll
    static void start() throws IOException {
        cluster = CephCluster.start(Files.createDirectory(temp.resolve("cluster")), CephCluster.Size.SMALL);
        cluster.createPool("vms", 1);
        cinder = CephUser.cinder(cluster);
    }

    private static Outcome run(CephUser user, String... args) throws IOException {
        return Berth.in(temp).run(user.with(args));
    }

    private static Outcome ok(String... args) throws IOException {
        return run(cinder, args).succeeded();
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

    private static void write(String image, String... commands) throws IOException {
        List<String> command = new ArrayList<>(List.of("qemu-io", "-f", "qcow2"));
        for (String text : commands) {
            command.addAll(List.of("-c", text));
        }
        command.add(image);
        Programs.ok(command.toArray(String[]::new));
    }

    /** The disk of a snapshot of a qcow2 image, as QEMU sees it. */
    private static Path converted(Path image, String snapshot) throws IOException {
        Path raw = temp.resolve(image.getFileName() + "." + snapshot + ".raw");
        Programs.ok(
                "qemu-img",
                "convert",
                "-l",
                "snapshot.name=" + snapshot,
                "-O",
                "raw",
                image.toString(),
                raw.toString());
        return raw;
    }

    private static Path exported(String image) throws IOException {
        Path raw = Files.createTempFile(temp, "exported", ".raw");
        Files.delete(raw);
        cluster.rbd("export", "--no-progress", image, raw.toString());
        return raw;
    }

    @Test
    void aQcow2WithBackingFileAndSnapshotsIsImportedWithItsHistory() throws Exception {
        Path chain = Files.createDirectory(temp.resolve("chain"));
        Path overlay = Disks.overlay(chain, 24 << 20, 21);
        write(overlay.toString(), "write -P 1 1M 300k", "write -P 2 9M 4k");
        Programs.ok("qemu-img", "snapshot", "-c", "first", overlay.toString());
        write(overlay.toString(), "write -P 3 9M 4k", "write -z 1M 300k", "discard 2M 1M", "write -P 4 20M 1M");
        Programs.ok("qemu-img", "snapshot", "-c", "second", overlay.toString());
        write(overlay.toString(), "write -P 5 20M 64k");

        ok("import", "--no-progress", "--input-format", "qcow2", overlay.toString(), "vms/history");

        Disks.assertSame(exported("vms/history"), Disks.converted(overlay, temp.resolve("history.raw")));
        Disks.assertSame(exported("vms/history@first"), converted(overlay, "first"));
        Disks.assertSame(exported("vms/history@second"), converted(overlay, "second"));
        assertThat(cluster.rados("-p", "vms", "ls")).doesNotContain("berth");
        cluster.rbd("snap", "purge", "--no-progress", "vms/history");
        cluster.rbd("rm", "--no-progress", "vms/history");
    }

    @Test
    void anImageIsPromotedWithItsSnapshotsAndComesBack() throws Exception {
        Path directory = Files.createDirectory(temp.resolve("promotion"));
        Path disk = Disks.raw(directory.resolve("disk.raw"), 20 << 20, 30, 31);
        Berth local = Berth.in(directory);
        local.ok("import", "--no-progress", disk.toString(), "rbd/web");
        local.ok("snap", "create", "--no-progress", "rbd/web@golden");
        local.ok("snap", "protect", "rbd/web@golden");
        local.ok("clone", "rbd/web@golden", "rbd/child");

        promote(local, "rbd/web", "--to", "ceph:vms");
        Outcome clone = promote(local, "rbd/child", "--to", "ceph:vms/clone");

        assertThat(clone.err()).contains("vms/clone becomes a clone of vms/web@golden");
        Disks.assertSame(exported("vms/web"), disk);
        Disks.assertSame(exported("vms/clone"), disk);
        assertThat(cluster.rbd("snap", "ls", "vms/web"))
                .contains("golden", "yes")
                .doesNotContain("berth");
        assertThat(local.ok("snap", "ls", "rbd/web").out()).contains("golden").doesNotContain("berth");
        assertThat(cluster.rados("-p", "vms", "ls")).doesNotContain("berth");

        String spec = "{\"type\":\"native\",\"cluster\":{\"conf\":\"" + cluster.configurationFile()
                + "\",\"id\":\"cinder\",\"keyring\":\"" + cinder.keyring()
                + "\"},\"pool_name\":\"vms\",\"image_name\":\"web\",\"snap_name\":\"golden\"}";
        local.ok("migration", "prepare", "--import-only", "--source-spec", spec, "rbd/back");
        Path early = directory.resolve("early.raw");
        local.ok("export", "--no-progress", "rbd/back", early.toString());
        Disks.assertSame(early, disk);
        local.ok("migration", "execute", "--no-progress", "rbd/back");
        local.ok("migration", "commit", "--no-progress", "rbd/back");
        local.ok("import", "--no-progress", "--source-spec", spec, "rbd/again");
        Path late = directory.resolve("late.raw");
        local.ok("export", "--no-progress", "rbd/again@golden", late.toString());
        Disks.assertSame(late, disk);
        cluster.rbd("rm", "--no-progress", "vms/clone");
        cluster.rbd("snap", "unprotect", "vms/web@golden");
        cluster.rbd("snap", "purge", "--no-progress", "vms/web");
        cluster.rbd("rm", "--no-progress", "vms/web");
    }

    private static Outcome promote(Berth local, String... args) throws IOException {
        return local.ok(cinder.with(Stream.concat(Stream.of("promote", "--no-progress"), Stream.of(args))
                .toArray(String[]::new)));
    }

    private static Berth withClone(Path directory, String parent, String child, int seed) throws IOException {
        Berth local = Berth.in(directory);
        Path disk = Disks.raw(Files.createTempFile(directory, "disk", ".raw"), 40 << 20, 60, seed);
        local.ok("import", "--no-progress", disk.toString(), parent);
        local.ok("snap", "create", "--no-progress", parent + "@golden");
        local.ok("snap", "protect", parent + "@golden");
        local.ok("clone", parent + "@golden", child);
        return local;
    }

    private static void writeOverNbd(Berth local, Path directory, String image, String... commands) throws IOException {
        Path socket = directory.resolve("write.sock");
        List<String> command = new ArrayList<>(List.of("qemu-io", "-f", "raw"));
        for (String text : commands) {
            command.addAll(List.of("-c", text));
        }
        command.add(Nbd.uri(socket, image));
        try (BerthProcess _ = local.serve(image, socket)) {
            Programs.ok(command.toArray(String[]::new));
        }
    }

    /** How many objects an image has of its own. */
    private static long objects(String image) {
        String prefix = cluster.rbd("info", image)
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("block_name_prefix: "))
                .findFirst()
                .orElseThrow()
                .substring("block_name_prefix: ".length());
        return cluster.rados("-p", "vms", "ls")
                .lines()
                .filter(name -> name.startsWith(prefix))
                .count();
    }

    @Test
    void aPromotedCloneHoldsOnlyWhatDiffersFromItsPromotedParent() throws Exception {
        Path directory = Files.createDirectory(temp.resolve("lineage"));
        Berth local = withClone(directory, "rbd/base", "rbd/kid", 41);
        writeOverNbd(local, directory, "rbd/kid", "write -P 7 5M 64k", "write -z 9M 1M", "write -P 9 16M 512", "flush");
        local.ok("snap", "create", "--no-progress", "rbd/kid@mid");
        writeOverNbd(local, directory, "rbd/kid", "write -P 8 21M 4k", "write -z 5M 64k", "flush");
        withClone(directory, "rbd/other", "rbd/orphan", 42);

        promote(local, "rbd/base", "--to", "ceph:vms");
        assertThat(promote(local, "rbd/kid", "--to", "ceph:vms").err())
                .contains("vms/kid becomes a clone of vms/base@golden");
        assertThat(promote(local, "rbd/orphan", "--to", "ceph:vms/flat").err())
                .contains("there is no protected snapshot vms/other@golden", "have no parent");
        promote(local, "rbd/orphan", "--to", "ceph:vms/mixed", "--parent", "vms/base@golden");

        assertThat(cluster.rbd("info", "vms/kid")).contains("parent: vms/base@golden");
        assertThat(objects("vms/kid")).isEqualTo(4);
        Disks.assertSame(exported("vms/kid"), local.export("rbd/kid", directory.resolve("kid.raw")));
        Disks.assertSame(exported("vms/kid@mid"), local.export("rbd/kid@mid", directory.resolve("mid.raw")));
        Path orphan = local.export("rbd/orphan", directory.resolve("orphan.raw"));
        assertThat(cluster.rbd("info", "vms/flat")).doesNotContain("parent");
        Disks.assertSame(exported("vms/flat"), orphan);
        // A parent that has other bytes costs space, and nothing else.
        assertThat(cluster.rbd("info", "vms/mixed")).contains("parent: vms/base@golden");
        Disks.assertSame(exported("vms/mixed"), orphan);

        cluster.rbd("snap", "purge", "--no-progress", "vms/kid");
        for (String image : List.of("kid", "flat", "mixed")) {
            cluster.rbd("rm", "--no-progress", "vms/" + image);
        }
        cluster.rbd("snap", "unprotect", "vms/base@golden");
        cluster.rbd("snap", "purge", "--no-progress", "vms/base");
        cluster.rbd("rm", "--no-progress", "vms/base");
    }

    @Test
    void aPromotionThatWasKilledGoesOnWithTheParentItBeganWith() throws Exception {
        cluster.ceph("config", "set", "osd", "osd_client_watch_timeout", "8"); // Else the dead count as alive for 30 s.
        Path directory = Files.createDirectory(temp.resolve("killed"));
        Berth local = withClone(directory, "rbd/stem", "rbd/twig", 43);
        promote(local, "rbd/stem", "--to", "ceph:vms");
        String[] slowly = cinder.with(
                "promote", "--no-progress", "--bandwidth", "1M", "rbd/twig", "--to", "ceph:vms", "--parent", STEM);
        try (BerthProcess first = local.start(slowly)) {
            first.await(() -> cluster.rados("-p", "vms", "ls").contains("berth_copied"), "checkpoint");
            first.killHard();
        }
        cluster.rbd("snap", "create", "--no-progress", "vms/stem@later");
        cluster.rbd("snap", "protect", "vms/stem@later");

        Outcome status = ok("status", "vms/twig");
        Outcome refused = local.run(
                cinder.with("promote", "--no-progress", "rbd/twig", "--to", "ceph:vms", "--parent", "vms/stem@later"));
        Outcome again = promote(local, "rbd/twig", "--to", "ceph:vms");

        assertThat(status.out()).contains("parent: " + STEM);
        assertThat(refused.status()).isEqualTo(22);
        assertThat(refused.err()).contains("becomes a clone of " + STEM, "migration abort vms/twig");
        assertThat(again.err()).contains("the copy that was begun goes on; vms/twig becomes a clone of " + STEM);
        assertThat(cluster.rbd("info", "vms/twig")).contains("parent: " + STEM);
        Disks.assertSame(exported("vms/twig"), local.export("rbd/twig", directory.resolve("twig.raw")));
        assertThat(local.ok("snap", "ls", "rbd/twig").out()).doesNotContain("berth");

        cluster.rbd("rm", "--no-progress", "vms/twig");
        for (String snapshot : List.of(STEM, "vms/stem@later")) {
            cluster.rbd("snap", "unprotect", snapshot);
        }
        cluster.rbd("snap", "purge", "--no-progress", "vms/stem");
        cluster.rbd("rm", "--no-progress", "vms/stem");
        cluster.ceph("config", "rm", "osd", "osd_client_watch_timeout");
    }

    @Test
    void aPromotionToTheNameOfAnImageThatIsBeingMovedLeavesThatMoveAlone() throws Exception {
        Path directory = Files.createDirectory(temp.resolve("trashed"));
        Berth local = Berth.in(directory);
        Path disk = Disks.raw(directory.resolve("disk.raw"), 20 << 20, 60, 44);
        local.ok("import", "--no-progress", disk.toString(), "rbd/moving");
        cluster.rbd("create", "--size", "8M", "vms/moving");
        cluster.rbd("migration", "prepare", "vms/moving", "vms/moved");

        Outcome promoted = promote(local, "rbd/moving", "--to", "ceph:vms");

        assertThat(promoted.err()).doesNotContain("the copy that was begun goes on");
        Disks.assertSame(exported("vms/moving"), disk);
        assertThat(cluster.rbd("status", "vms/moved")).contains("state: prepared");
        cluster.rbd("rm", "--no-progress", "vms/moving");
        cluster.rbd("migration", "abort", "--no-progress", "vms/moved");
        cluster.rbd("rm", "--no-progress", "vms/moving");
    }

    @Test
    void anInstanceIsMovedIntoThePoolOfNova() throws Exception {
        Path instance = SampleInstance.copyTo(Files.createDirectory(temp.resolve("instances")));

        String plan = ok("instance", "migrate", "--dry-run", "--to", "ceph:vms", instance.toString())
                .out();
        Outcome moved = ok("instance", "migrate", "--no-progress", "--to", "ceph:vms", instance.toString());
        Outcome again = ok("instance", "migrate", "--no-progress", "--to", "ceph:vms", instance.toString());

        assertThat(plan).contains(SampleInstance.IMAGE);
        assertThat(moved.out()).contains("disk is " + SampleInstance.IMAGE, "verified", "no new domain XML is written");
        assertThat(again.out()).contains("moved earlier");
        Disks.assertSame(
                exported(SampleInstance.IMAGE),
                Disks.converted(instance.resolve("disk"), temp.resolve("instance.raw")));
        cluster.rbd("ls", "vms")
                .lines()
                .filter(image -> image.startsWith(SampleInstance.ID))
                .forEach(image -> cluster.rbd("rm", "--no-progress", "vms/" + image));
    }

    @Test
    void failuresEndWithTheStatusOfRbd() throws Exception {
        CephUser reader = new CephUser(
                cluster,
                "reader",
                cluster.user("reader", "mon", "profile rbd", "osd", "profile rbd-read-only pool=vms"));
        CephUser nobody = new CephUser(cluster, "nobody", cinder.keyring());

        assertThat(run(cinder, "info", "vms/nosuch").status()).isEqualTo(NOT_FOUND);
        assertThat(run(reader, "create", "--size", "1M", "vms/new").status()).isEqualTo(NOT_PERMITTED);
        assertThat(run(nobody, "ls", "vms").status()).isEqualTo(DENIED);
    }
}
