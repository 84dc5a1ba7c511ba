package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Images of a real Ceph cluster behind {@code berth nbd serve}, many requests at a time. */
class CephNbdIT {
    private static final int MIB = 1 << 20;
    private static final long BYTES = 64L * MIB;

    @TempDir
    static Path temp;

    @AutoClose
    private static CephLab lab;

    private final Path socket = temp.resolve("nbd.sock");
    /** Each test has an image of its own: a server that was killed counts as using its image for a while. */
    private String image;

    @BeforeAll
    static void start() throws IOException {
        Programs.require("fio", "nbdinfo");
        lab = new CephLab(temp, "cluster", "vms");
    }

    @BeforeEach
    void create(TestInfo test) {
        image = "vms/" + test.getTestMethod().orElseThrow().getName();
        lab.cluster().rbd("create", "--size", BYTES + "B", image);
    }

    private BerthProcess serve() throws IOException {
        return lab.serve("nbd", "serve", image, "--socket", socket.toString());
    }

    /** Runs Python with libnbd, where a new connection is {@code client()}. */
    private Outcome clients(String... lines) throws IOException {
        List<String> program = new ArrayList<>(List.of(
                "import nbd",
                "def client():",
                "  c = nbd.NBD()",
                "  c.connect_uri('" + Nbd.uri(socket, image) + "')",
                "  return c",
                "M = 1 << 20"));
        program.addAll(List.of(lines));
        return Programs.run("/usr/bin/python3", "-c", String.join("\n", program));
    }

    @Test
    void whatOneConnectionWroteAnotherOneReadsAndAFlushOfAnyKeepsIt() throws Exception {
        try (BerthProcess server = serve()) {
            clients(
                            "a, b = client(), client()",
                            "a.flush()", // With a cache, librbd would keep from then on what is written.
                            "a.pwrite(b'A' * M, 0)",
                            "b.pwrite(b'B' * 4096, M // 2)",
                            "assert b.pread(M // 2, 0) == b'A' * (M // 2)",
                            "assert a.pread(4096, M // 2) == b'B' * 4096",
                            "b.trim(4096, 0)",
                            "assert a.pread(4096, 0) == b'\\0' * 4096",
                            "b.flush()")
                    .succeeded();
            server.killHard();
        }
        Path expected = Disks.raw(temp.resolve("expected.raw"), BYTES, 0, 1);
        Disks.fill(expected, 4096, MIB - 4096, 'A');
        Disks.fill(expected, MIB / 2, 4096, 'B');
        lab.assertImage(image, expected);
    }

    @Test
    void whatWasWrittenIsThereForEverybodyWhenTheLastConnectionIsClosed() throws Exception {
        try (BerthProcess _ = serve()) {
            clients("a = client()", "a.flush()", "a.pwrite(b'A' * M, 0)", "a.shutdown()")
                    .succeeded();
            clients("assert client().pread(M, 0) == b'A' * M").succeeded();
            lab.qemu(image, "read -P 65 0 1M").succeeded();
        }
    }

    @Test
    void aNewImageOfAnOldNameIsNotTheOldOne() throws Exception {
        try (BerthProcess _ = serve()) {
            clients(
                            "import subprocess",
                            "old = client()",
                            "old.pwrite(b'O' * M, 0)",
                            "def rbd(*args): subprocess.check_call(['rbd', '-c', '" + lab.conf() + "', *args])",
                            "rbd('rename', '" + image + "', 'vms/old')",
                            "rbd('create', '--size', '1M', '" + image + "')",
                            "new = client()",
                            "assert new.get_size() == M",
                            "assert new.pread(M, 0) == b'\\0' * M",
                            "new.pwrite(b'N' * M, 0)",
                            "assert old.pread(M, 0) == b'O' * M")
                    .succeeded();
        }
        lab.qemu(image, "read -P 78 0 1M").succeeded();
        lab.qemu("vms/old", "read -P 79 0 1M").succeeded();
    }

    @Test
    void aServerOfAStoreServesAllImagesOfAClusterToo() throws Exception {
        try (BerthProcess server = lab.start("serve", "--nbd-socket", socket.toString())) {
            server.awaitMessage("serving the store");
            clients("c = client()", "c.pwrite(b'S' * M, 0)").succeeded();
        }
        lab.qemu(image, "read -P 83 0 1M").succeeded();
    }

    /** With librbd's cache the write would succeed, and a later flush, too. */
    @Test
    void aWriteThatFindsNoSpaceFailsAlsoAfterAFlush() throws Exception {
        try (BerthProcess _ = serve()) {
            clients("c = client()", "c.pwrite(b'1' * M, 0)", "c.flush()").succeeded();
            lab.cluster().setFull(true);
            try {
                Outcome refused = clients("c = client()", "c.flush()", "c.pwrite(b'2' * M, 8 * M)");
                assertThat(refused.status()).isNotZero();
                assertThat(refused.err()).contains("No space left on device");
            } finally {
                lab.cluster().setFull(false);
            }
            clients("c = client()", "c.pwrite(b'3' * M, 8 * M)", "c.flush()").succeeded();
        }
        lab.qemu(image, "read -P 49 0 1M", "read -P 51 8M 1M").succeeded();
    }

    @Test
    void fioReadsBackWhatItWroteWithManyRequestsAtATimeOverSeveralConnections() throws Exception {
        String[] jobs = {
            "fio",
            "--name=writers",
            "--ioengine=nbd",
            "--uri=" + Nbd.uri(socket, image),
            "--rw=randwrite",
            "--bssplit=4k/60:16k/20:512k/20",
            "--iodepth=32",
            "--numjobs=2",
            "--size=" + BYTES / 2,
            "--offset_increment=" + BYTES / 2,
            "--fsync=64",
            "--verify=crc32c",
            "--verify_fatal=1",
            "--verify_state_save=0",
            "--randseed=7",
            "--group_reporting",
            "--do_verify=1"
        };
        try (BerthProcess _ = serve()) {
            Outcome fio = Programs.run(jobs).succeeded();
            assertThat(fio.out()).contains("err= 0").doesNotContain("verify:");
        }
    }
}
