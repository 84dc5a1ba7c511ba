package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code fio} checks what it reads against what it wrote, over several connections at once. */
class FioVerifyIT {
    private static final int JOBS = 3;
    private static final int JOB_MIB = 8;

    @TempDir
    Path temp;

    private Berth berth;
    private Path socket;

    @BeforeEach
    void requireFio() throws IOException {
        Programs.require("fio", "qemu-img");
        berth = Berth.in(temp);
        socket = temp.resolve("nbd.sock");
        assumeTrue(Programs.run("fio", "--enghelp").out().contains("nbd"), "fio has no nbd engine");
    }

    /** Jobs that write their parts of the disk in random order, with pieces of several sizes, and read them back. */
    private Process startFio(String image) throws IOException {
        return new ProcessBuilder(
                        "fio",
                        "--name=writers",
                        "--ioengine=nbd",
                        "--uri=" + Nbd.uri(socket, image),
                        "--rw=randwrite",
                        "--bssplit=4k/60:16k/20:128k/20",
                        "--iodepth=8",
                        "--numjobs=" + JOBS,
                        "--size=" + JOB_MIB + "M",
                        "--offset_increment=" + JOB_MIB + "M",
                        "--verify=crc32c",
                        "--verify_fatal=1",
                        "--do_verify=1",
                        "--verify_state_save=0",
                        "--rate=1M",
                        "--randseed=7",
                        "--group_reporting")
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("fio.log").toFile())
                .start();
    }

    private void assertVerified(Process fio) throws IOException {
        int status = Programs.await(fio);
        String log = Programs.text(temp.resolve("fio.log"));
        assertThat(status).as(log).isZero();
        assertThat(log).contains("err= 0").doesNotContain("verify:");
    }

    @Test
    void whileSnapshotsAreTakenAndRemoved() throws Exception {
        berth.ok("create", "--size", JOBS * JOB_MIB + "M", "rbd/disk");
        try (BerthProcess _ = berth.serve("rbd/disk", socket)) {
            Process fio = startFio("rbd/disk");
            try {
                int meanwhile = 0;
                for (int i = 0; i < 2 || (fio.isAlive() && i < 6); i++) {
                    berth.ok("snap", "create", "--no-progress", "rbd/disk@s" + i);
                    meanwhile += fio.isAlive() ? 1 : 0;
                }
                assertThat(meanwhile).as("snapshots taken while fio wrote").isPositive();
                berth.ok("snap", "rm", "--no-progress", "rbd/disk@s1");
                assertVerified(fio);
            } finally {
                Programs.kill(fio);
            }
        }
        berth.check();
    }

    @Test
    void whileTheDiskIsMigratedAndCommitted() throws Exception {
        Path overlay = Disks.overlay(temp, (JOBS * (long) JOB_MIB) << 20, 13);
        berth.ok("migration", "prepare", "--import-only", "--source-spec", Disks.qcow2Spec(overlay), "rbd/disk");
        try (BerthProcess _ = berth.serve("rbd/disk", socket)) {
            Process fio = startFio("rbd/disk");
            try {
                berth.ok("migration", "execute", "--no-progress", "rbd/disk");
                assertThat(fio.isAlive()).as("fio wrote meanwhile").isTrue();
                berth.ok("snap", "create", "--no-progress", "rbd/disk@executed");
                berth.ok("migration", "commit", "--no-progress", "rbd/disk");
                assertVerified(fio);
            } finally {
                Programs.kill(fio);
            }
        }
        berth.check();
    }
}
