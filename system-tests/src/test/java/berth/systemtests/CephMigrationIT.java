package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import berth.ceph.cluster.CephCluster;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports into a real Ceph cluster that librbd copies while QEMU and fio use the image, and what is done about its faults. */
class CephMigrationIT {
    private static final int MIB = 1 << 20;
    private static final String IMAGE = "vms/web";
    private static final int IO_ERROR = 5;
    private static final int REFUSED = 111;
    private static final int STALE = 116;

    @TempDir
    static Path temp;

    private static CephCluster cluster;
    private static String listen;

    @BeforeAll
    static void start() throws IOException {
        Programs.require("qemu-io", "qemu-img");
        assumeTrue(
                Programs.run("qemu-img", "--help").out().contains("rbd"),
                "QEMU has no rbd driver (Debian package qemu-block-extra)");
        cluster = CephCluster.start(Files.createDirectory(temp.resolve("cluster")), CephCluster.Size.SMALL);
        cluster.ceph("osd", "pool", "create", "vms", "1");
        cluster.rbd("pool", "init", "vms");
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listen = "127.0.0.1:" + free.getLocalPort();
        }
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @AfterEach
    void removeImages() {
        for (String image : cluster.rbd("ls", "vms").lines().toList()) {
            cluster.rbd("snap", "purge", "--no-progress", "vms/" + image);
            cluster.rbd("rm", "--no-progress", "vms/" + image);
        }
    }

    private static String[] onCluster(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("-c", cluster.configurationFile().toString()));
        return all.toArray(String[]::new);
    }

    private static Outcome berth(String... args) throws IOException {
        return Berth.in(temp).run(onCluster(args));
    }

    private static BerthProcess started(String... args) throws IOException {
        BerthProcess process = Berth.in(temp).start(onCluster(args));
        try {
            process.awaitLine();
        } catch (IOException | AssertionError e) {
            process.close();
            throw e;
        }
        return process;
    }

    private static BerthProcess prepare(String spec) throws IOException {
        Path file = Files.writeString(temp.resolve("spec.json"), spec);
        return started(
                "migration",
                "prepare",
                "--import-only",
                "--source-spec-path",
                file.toString(),
                IMAGE,
                "--listen",
                listen);
    }

    /** QEMU's own way to the image. */
    private static Outcome qemu(String... commands) throws IOException {
        List<String> all = new ArrayList<>(List.of("qemu-io", "-f", "raw"));
        for (String command : commands) {
            all.addAll(List.of("-c", command));
        }
        all.add("rbd:" + IMAGE + ":conf=" + cluster.configurationFile());
        return Programs.run(all.toArray(String[]::new));
    }

    private static void assertImage(String name, Path expected) throws IOException {
        Path found = temp.resolve("found.raw");
        Files.deleteIfExists(found);
        cluster.rbd("export", "--no-progress", name, found.toString());
        Disks.assertSame(found, expected);
    }

    private static void write(Path disk, long offset, int length, int value) throws IOException {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.seek(offset);
            file.write(bytes);
        }
    }

    /** Compressed clusters, a backing file, zeroes over data and a snapshot: librbd reads none of that by itself. */
    @Test
    void clientsWorkWhileItIsCopiedAndEveryProgramOfBerthIsKilled() throws Exception {
        Path overlay = Disks.overlay(temp, 48L * MIB, 3);
        Path expected = Disks.converted(overlay, temp.resolve("expected.raw"));
        try (BerthProcess publisher = prepare(Disks.qcow2Spec(overlay))) {
            qemu("read 0 1M", "write -P 66 30M 100k", "discard 8M 4M").succeeded();
            publisher.killHard();
        }
        write(expected, 30L * MIB, 100 << 10, 66);
        write(expected, 8L * MIB, 4 * MIB, 0);
        assertThat(berth("status", IMAGE).status()).isEqualTo(REFUSED);
        assertThat(qemu("read 40M 1M").out() + qemu("read 40M 1M").err()).contains("Connection refused");
        assertThat(berth("migration", "execute", IMAGE).status()).isEqualTo(REFUSED);

        try (BerthProcess publisher = started("http", "serve", "--migrations", "--listen", listen)) {
            publisher.awaitMessage("serving the source of " + IMAGE);
            qemu("read 40M 1M", "write -P 67 41M 64k").succeeded();
            write(expected, 41L * MIB, 64 << 10, 67);
            cluster.pause("osd.0");
            try (BerthProcess execution = Berth.in(temp).start(onCluster("migration", "execute", IMAGE))) {
                execution.killHard();
            } finally {
                cluster.resume("osd.0");
            }
            berth("migration", "execute", "--no-progress", IMAGE).succeeded();
            qemu("write -P 68 43M 4k").succeeded();
            write(expected, 43L * MIB, 4 << 10, 68);
            publisher.awaitMessage("no longer serving the source of " + IMAGE);
        }
        berth("migration", "commit", "--no-progress", IMAGE).succeeded();

        assertImage(IMAGE, expected);
        assertThat(cluster.rbd("snap", "ls", IMAGE)).doesNotContain("berth");
        assertThat(cluster.rbd("status", IMAGE)).doesNotContain("Migration");
    }

    @Test
    void rbdTakesTheStepsOfWhatBerthPreparedAndTheOtherWayRound() throws Exception {
        Path overlay = Disks.overlay(temp, 24L * MIB, 4);
        Path expected = Disks.converted(overlay, temp.resolve("expected.raw"));
        try (BerthProcess publisher = prepare(Disks.qcow2Spec(overlay))) {
            cluster.rbd("migration", "execute", "--no-progress", IMAGE);
            assertThat(publisher.end().status()).isZero();
        }
        cluster.rbd("migration", "commit", "--no-progress", IMAGE);
        assertImage(IMAGE, expected);
        removeImages();

        try (BerthProcess publisher = prepare(Disks.qcow2Spec(overlay))) {
            publisher.killHard();
        }
        berth("migration", "abort", "--no-progress", IMAGE).succeeded();
        assertThat(cluster.rbd("ls", "vms")).isEmpty();

        rbdPrepares(Disks.rawSpec(expected));
        berth("migration", "execute", "--no-progress", IMAGE).succeeded();
        berth("migration", "commit", "--no-progress", IMAGE).succeeded();
        assertImage(IMAGE, expected);
    }

    private static void rbdPrepares(String spec) {
        cluster.rbd("migration", "prepare", "--import-only", "--source-spec", spec, IMAGE);
    }

    private static void assertNotCommitted() throws IOException {
        cluster.rbd("migration", "execute", "--no-progress", IMAGE);
        Outcome commit = berth("migration", "commit", "--no-progress", IMAGE);
        assertThat(commit.status()).isEqualTo(IO_ERROR);
        assertThat(commit.err()).contains("verification failed", "nothing was committed");
        berth("migration", "abort", "--no-progress", IMAGE).succeeded();
    }

    /** For rbd all of these are migrations that were executed, and ready to be committed. */
    @Test
    void whatLibrbdCopiesWronglyIsNotCommitted() throws Exception {
        Path raw = Disks.raw(temp.resolve("disk.raw"), 16L * MIB, 60, 5);
        write(raw, 0, 4 * MIB, 9); // What is random is not compressed.
        Path compressed = temp.resolve("compressed.qcow2");
        Programs.ok("qemu-img", "convert", "-c", "-O", "qcow2", raw.toString(), compressed.toString());
        rbdPrepares(Disks.qcow2Spec(compressed));
        assertNotCommitted();

        Path zeroed = temp.resolve("zeroed.qcow2");
        Programs.ok("qemu-img", "create", "-q", "-f", "qcow2", zeroed.toString(), "16M");
        Programs.ok("qemu-io", "-c", "write -P 1 0 4M", "-c", "write -z 1M 1M", zeroed.toString());
        rbdPrepares(Disks.qcow2Spec(zeroed));
        assertNotCommitted();

        rbdPrepares(Disks.rawSpec(raw));
        try (RandomAccessFile file = new RandomAccessFile(raw.toFile(), "rw")) {
            file.setLength(7L * MIB);
        }
        assertNotCommitted();

        cluster.rbd("import", "--no-progress", raw.toString(), "vms/other");
        cluster.rbd("snap", "create", "--no-progress", "vms/other@s");
        cluster.rbd("bench", "--io-type", "write", "--io-size", "64K", "--io-total", "1M", "vms/other");
        cluster.rbd("migration", "prepare", "--import-only", "vms/other@s", IMAGE);
        assertNotCommitted();
    }

    @Test
    void aSourceThatChangesIsNotCommitted() throws Exception {
        Path raw = Disks.raw(temp.resolve("changing.raw"), 16L * MIB, 60, 6);
        Path other = Disks.raw(temp.resolve("other.raw"), 16L * MIB, 60, 7);
        try (BerthProcess publisher = prepare(Disks.rawSpec(raw))) {
            berth("migration", "execute", "--no-progress", IMAGE).succeeded();
            assertThat(publisher.end().status()).isZero();
        }
        Files.copy(other, raw, StandardCopyOption.REPLACE_EXISTING);
        assertThat(berth("migration", "commit", "--no-progress", IMAGE).status())
                .isEqualTo(STALE);
        assertThat(berth("migration", "commit", "--no-progress", "--accept-changed-source", IMAGE)
                        .status())
                .isEqualTo(IO_ERROR);
        berth("migration", "abort", "--no-progress", IMAGE).succeeded();
    }

    @Test
    void fioVerifiesWhatItWritesWhileAllIsCopied() throws Exception {
        Programs.require("fio");
        assumeTrue(Programs.run("fio", "--enghelp").out().contains("rbd"), "fio has no rbd engine");
        Path raw = Disks.raw(temp.resolve("large.raw"), 128L * MIB, 60, 8);
        try (BerthProcess publisher = prepare(Disks.rawSpec(raw))) {
            Process fio = fio().start();
            try {
                berth("migration", "execute", "--no-progress", IMAGE).succeeded();
                assertThat(publisher.end().status()).isZero();
                berth("migration", "commit", "--no-progress", IMAGE).succeeded();
                assertThat(Programs.await(fio))
                        .as(() -> "see " + temp.resolve("fio.out"))
                        .isZero();
            } finally {
                Programs.kill(fio);
            }
        }
    }

    private static ProcessBuilder fio() {
        List<String> command = new ArrayList<>(List.of("fio", "--name=client", "--ioengine=rbd", "--clientname=admin"));
        command.addAll(List.of("--pool=vms", "--rbdname=web", "--rw=randwrite", "--bs=16k", "--size=24M"));
        command.addAll(List.of("--offset=64M", "--iodepth=4", "--verify=crc32c", "--do_verify=1"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("fio.out").toFile());
        builder.environment().put("CEPH_CONF", cluster.configurationFile().toString());
        return builder;
    }
}
