package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
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

    @AutoClose
    private static CephLab lab;

    @BeforeAll
    static void start() throws IOException {
        lab = new CephLab(temp, "cluster", "vms");
    }

    @AfterEach
    void removeImages() {
        lab.removeImages("vms");
    }

    private static BerthProcess prepare(String spec) throws IOException {
        return lab.prepare(spec, IMAGE);
    }

    private static Outcome qemu(String... commands) throws IOException {
        return lab.qemu(IMAGE, commands);
    }

    private static void assertImage(Path expected) throws IOException {
        lab.assertImage(IMAGE, expected);
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
        Disks.fill(expected, 30L * MIB, 100 << 10, 66);
        Disks.fill(expected, 8L * MIB, 4 * MIB, 0);
        assertThat(lab.run("status", IMAGE).status()).isEqualTo(REFUSED);
        assertThat(qemu("read 40M 1M").out() + qemu("read 40M 1M").err()).contains("Connection refused");
        assertThat(lab.run("migration", "execute", IMAGE).status()).isEqualTo(REFUSED);

        try (BerthProcess publisher = lab.serveAgain()) {
            publisher.awaitMessage("serving the source of " + IMAGE);
            qemu("read 40M 1M", "write -P 67 41M 64k").succeeded();
            Disks.fill(expected, 41L * MIB, 64 << 10, 67);
            lab.cluster().pause("osd.0");
            try (BerthProcess execution = lab.start("migration", "execute", IMAGE)) {
                execution.killHard();
            } finally {
                lab.cluster().resume("osd.0");
            }
            lab.ok("migration", "execute", "--no-progress", IMAGE);
            qemu("write -P 68 43M 4k").succeeded();
            Disks.fill(expected, 43L * MIB, 4 << 10, 68);
            publisher.awaitMessage("no longer serving the source of " + IMAGE);
        }
        lab.ok("migration", "commit", "--no-progress", IMAGE);

        assertImage(expected);
        assertThat(lab.cluster().rbd("snap", "ls", IMAGE)).doesNotContain("berth");
        assertThat(lab.cluster().rbd("status", IMAGE)).doesNotContain("Migration");
    }

    @Test
    void whoDoesNotTrustTheCertificateOfTheSourcesServerIsToldSoAndNothingIsLeft() throws Exception {
        Path tls = Files.createDirectory(temp.resolve("tls"));
        Programs.run(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-subj",
                        "/CN=test",
                        "-addext",
                        "subjectAltName=IP:127.0.0.1",
                        "-keyout",
                        tls.resolve("server-key.pem").toString(),
                        "-out",
                        tls.resolve("server-cert.pem").toString())
                .succeeded();
        Path spec = Files.writeString(
                temp.resolve("tls.json"), Disks.rawSpec(Disks.raw(temp.resolve("tls.raw"), 4L * MIB, 1, 5)));
        Outcome prepare = lab.run(
                "migration",
                "prepare",
                "--import-only",
                "--source-spec-path",
                spec.toString(),
                IMAGE,
                "--listen",
                lab.listen(),
                "--tls-dir",
                tls.toString());
        assertThat(prepare.status()).isEqualTo(IO_ERROR);
        assertThat(prepare.err()).contains("this host has to trust its certificate");
        assertThat(lab.cluster().rbd("ls", "vms")).isEmpty();
    }

    @Test
    void rbdTakesTheStepsOfWhatBerthPreparedAndTheOtherWayRound() throws Exception {
        Path overlay = Disks.overlay(temp, 24L * MIB, 4);
        Path expected = Disks.converted(overlay, temp.resolve("expected.raw"));
        try (BerthProcess publisher = prepare(Disks.qcow2Spec(overlay))) {
            lab.cluster().rbd("migration", "execute", "--no-progress", IMAGE);
            assertThat(publisher.end().status()).isZero();
        }
        lab.cluster().rbd("migration", "commit", "--no-progress", IMAGE);
        assertImage(expected);
        removeImages();

        try (BerthProcess publisher = prepare(Disks.qcow2Spec(overlay))) {
            publisher.killHard();
        }
        lab.ok("migration", "abort", "--no-progress", IMAGE);
        assertThat(lab.cluster().rbd("ls", "vms")).isEmpty();

        rbdPrepares(Disks.rawSpec(expected));
        lab.ok("migration", "execute", "--no-progress", IMAGE);
        lab.ok("migration", "commit", "--no-progress", IMAGE);
        assertImage(expected);
    }

    private static void rbdPrepares(String spec) {
        lab.cluster().rbd("migration", "prepare", "--import-only", "--source-spec", spec, IMAGE);
    }

    private static void assertNotCommitted() throws IOException {
        lab.cluster().rbd("migration", "execute", "--no-progress", IMAGE);
        Outcome commit = lab.run("migration", "commit", "--no-progress", IMAGE);
        assertThat(commit.status()).isEqualTo(IO_ERROR);
        assertThat(commit.err()).contains("verification failed", "nothing was committed");
        lab.ok("migration", "abort", "--no-progress", IMAGE);
    }

    /** For rbd all of these are migrations that were executed, and ready to be committed. */
    @Test
    void whatLibrbdCopiesWronglyIsNotCommitted() throws Exception {
        Path raw = Disks.raw(temp.resolve("disk.raw"), 16L * MIB, 60, 5);
        Disks.fill(raw, 0, 4 * MIB, 9); // What is random is not compressed.
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

        lab.cluster().rbd("import", "--no-progress", raw.toString(), "vms/other");
        lab.cluster().rbd("snap", "create", "--no-progress", "vms/other@s");
        lab.cluster().rbd("bench", "--io-type", "write", "--io-size", "64K", "--io-total", "1M", "vms/other");
        lab.cluster().rbd("migration", "prepare", "--import-only", "vms/other@s", IMAGE);
        assertNotCommitted();
    }

    @Test
    void aSourceThatChangesIsNotCommitted() throws Exception {
        Path raw = Disks.raw(temp.resolve("changing.raw"), 16L * MIB, 60, 6);
        Path other = Disks.raw(temp.resolve("other.raw"), 16L * MIB, 60, 7);
        try (BerthProcess publisher = prepare(Disks.rawSpec(raw))) {
            lab.ok("migration", "execute", "--no-progress", IMAGE);
            assertThat(publisher.end().status()).isZero();
        }
        Files.copy(other, raw, StandardCopyOption.REPLACE_EXISTING);
        assertThat(lab.run("migration", "commit", "--no-progress", IMAGE).status())
                .isEqualTo(STALE);
        assertThat(lab.run("migration", "commit", "--no-progress", "--accept-changed-source", IMAGE)
                        .status())
                .isEqualTo(IO_ERROR);
        lab.ok("migration", "abort", "--no-progress", IMAGE);
    }

    @Test
    void fioVerifiesWhatItWritesWhileAllIsCopied() throws Exception {
        Programs.require("fio");
        assumeTrue(Programs.run("fio", "--enghelp").out().contains("rbd"), "fio has no rbd engine");
        Path raw = Disks.raw(temp.resolve("large.raw"), 128L * MIB, 60, 8);
        try (BerthProcess publisher = prepare(Disks.rawSpec(raw))) {
            Process fio = fio().start();
            try {
                lab.ok("migration", "execute", "--no-progress", IMAGE);
                assertThat(publisher.end().status()).isZero();
                lab.ok("migration", "commit", "--no-progress", IMAGE);
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
        command.addAll(
                List.of("--offset=64M", "--iodepth=4", "--verify=crc32c", "--do_verify=1", "--verify_state_save=0"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("fio.out").toFile());
        builder.environment().put("CEPH_CONF", lab.conf());
        return builder;
    }
}
