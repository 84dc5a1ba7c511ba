package berth.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clients that people use, against a disk in a sparse file. */
final class PeersIT {
    private static final int DISK_BYTES = 48 << 20;

    @TempDir
    Path directory;

    private FileDisk disk;
    private NbdServer unix;
    private NbdServer tcp;

    @BeforeEach
    void start() {
        disk = new FileDisk(directory.resolve("disk.raw"), DISK_BYTES);
        TestExports exports = new TestExports()
                .add("rbd/disk", disk)
                .add("rbd/disk@snap", new MemoryDisk(1 << 20, true))
                .defaultTo("rbd/disk");
        unix = NbdServer.start(
                NbdServerConfig.of(new NbdEndpoint.Unix(directory.resolve("s")), new NbdTls.Off()), exports);
        tcp = NbdServer.start(NbdServerConfig.of(new NbdEndpoint.Tcp("::1", 0, false), new NbdTls.Off()), exports);
    }

    @AfterEach
    void close() {
        unix.close();
        tcp.close();
        disk.dispose();
    }

    private String unixUri(String export) {
        return "nbd+unix:///" + export + "?socket=" + directory.resolve("s");
    }

    private String uri(boolean overTcp) {
        int port = ((InetSocketAddress) tcp.address()).getPort();
        return overTcp ? "nbd://[::1]:" + port + "/rbd/disk" : unixUri("rbd/disk");
    }

    private String run(String... command) {
        return Tool.run(directory, command);
    }

    /** A file of the disk's size with data, zeroes that take space, and holes, at odd places. */
    private Path source() throws IOException {
        Path source = directory.resolve("source.raw");
        FileDisk file = new FileDisk(source, DISK_BYTES);
        file.write(0, ByteBuffer.wrap(NbdServerTestBase.pattern(5_000_000, 1)));
        file.write(9_000_001, ByteBuffer.wrap(NbdServerTestBase.pattern(100_003, 2)));
        file.write(20 << 20, ByteBuffer.allocate(4 << 20));
        file.write(DISK_BYTES - 70_001, ByteBuffer.wrap(NbdServerTestBase.pattern(70_001, 3)));
        file.dispose();
        return source;
    }

    private void assertDiskEquals(Path file) throws IOException {
        assertThat(Files.mismatch(directory.resolve("disk.raw"), file)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void qemuIoReadsWritesZeroesDiscardsAndFlushes(boolean overTcp) {
        String output = run(
                "qemu-io",
                "-f",
                "raw",
                "-c",
                "write -P 7 1M 33M",
                "-c",
                "read -P 7 1M 33M",
                "-c",
                "write -P 8 -f 1025 511",
                "-c",
                "write -z 3M 1M",
                "-c",
                "write -z -u 5M 1M",
                "-c",
                "discard 8M 1M",
                "-c",
                "aio_write -P 9 10M 64k",
                "-c",
                "aio_write -P 10 11M 64k",
                "-c",
                "aio_flush",
                "-c",
                "flush",
                "-c",
                "read -P 8 1025 511",
                "-c",
                "read -P 0 3M 1M",
                "-c",
                "read -P 0 5M 1M",
                "-c",
                "read -P 0 8M 1M",
                "-c",
                "read -P 9 10M 64k",
                "-c",
                "read -P 10 11M 64k",
                "-c",
                "read -P 7 12M 22M",
                "-c",
                "read -P 0 34M 14M",
                uri(overTcp));
        assertThat(output).doesNotContain("failed");
    }

    @Test
    void qemuIoCannotWriteASnapshot() {
        Tool.Result result =
                Tool.tryRun(directory, "qemu-io", "-f", "raw", "-c", "write 0 4k", unixUri("rbd/disk@snap"));
        assertThat(result.status()).isNotZero();
    }

    @Test
    void qemuImgInfoSeesTheSize() {
        assertThat(run("qemu-img", "info", "--output=json", unixUri(""))).contains("\"virtual-size\": " + DISK_BYTES);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void qemuImgConvertsBothWaysAndCompares(boolean overTcp) throws IOException {
        Path source = source();
        run("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", source.toString(), uri(overTcp));
        assertDiskEquals(source);
        run("qemu-img", "compare", "-f", "raw", "-F", "raw", source.toString(), uri(overTcp));
        run("qemu-img", "convert", "-f", "raw", "-O", "raw", uri(overTcp), "back.raw");
        assertThat(Files.mismatch(source, directory.resolve("back.raw"))).isEqualTo(-1);
    }

    @Test
    void mapsTellDataFromHoles() {
        run("qemu-io", "-f", "raw", "-c", "write 1M 2M", "-c", "write 40M 64k", unixUri("rbd/disk"));
        String map = run("qemu-img", "map", "-f", "raw", "--output=json", unixUri("rbd/disk"));
        assertThat(map)
                .contains("\"start\": 0, \"length\": 1048576, \"depth\": 0, \"present\": true, \"zero\": true")
                .contains("\"start\": 1048576, \"length\": 2097152, \"depth\": 0, \"present\": true, \"zero\": false");
        assertThat(run("nbdinfo", "--map", unixUri("rbd/disk"))
                        .lines()
                        .map(line -> line.strip().replaceAll(" +", " ")))
                .containsExactly(
                        "0 1048576 3 hole,zero",
                        "1048576 2097152 0 data",
                        "3145728 38797312 3 hole,zero",
                        "41943040 65536 0 data",
                        "42008576 8323072 3 hole,zero");
    }

    @Test
    void nbdinfoShowsWhatIsOffered() {
        assertThat(run("nbdinfo", unixUri("rbd/disk")))
                .contains("newstyle-fixed without TLS, using structured packets")
                .contains("export-size: " + DISK_BYTES)
                .contains("base:allocation")
                .contains("is_rotational: false")
                .contains("is_read_only: false")
                .contains("can_cache: true")
                .contains("can_df: true")
                .contains("can_fast_zero: true")
                .contains("can_flush: true")
                .contains("can_fua: true")
                .contains("can_multi_conn: true")
                .contains("can_trim: true")
                .contains("can_zero: true")
                .contains("block_size_minimum: 1")
                .contains("block_size_preferred: 4096")
                .contains("block_size_maximum: 33554432");
        assertThat(run("nbdinfo", "--json", "--list", unixUri("")))
                .contains("\"export-name\": \"rbd/disk\"")
                .contains("\"export-name\": \"rbd/disk@snap\"")
                .contains("\"description\": \"" + DISK_BYTES + " bytes\"")
                .contains("\"is_read_only\": true");
        assertThat(Tool.tryRun(directory, "nbdinfo", unixUri("rbd/none")).output())
                .contains("No such file or directory for export: rbd/none");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void nbdcopyCopiesBothWaysOverSeveralConnections(boolean overTcp) throws IOException {
        Path source = source();
        run("nbdcopy", "--connections=4", source.toString(), uri(overTcp));
        assertDiskEquals(source);
        run("nbdcopy", "--connections=4", uri(overTcp), "back.raw");
        assertThat(Files.mismatch(source, directory.resolve("back.raw"))).isEqualTo(-1);
    }

    @Test
    void nbdkitsClientPassesEverythingThrough() throws IOException {
        Path source = source();
        String viaNbdkit = "nbdcopy " + source + " $uri && nbdcopy $uri back.raw && nbdinfo --map $uri";
        run("nbdkit", "-U", "-", "nbd", "uri=" + unixUri("rbd/disk"), "shared=1", "--run", viaNbdkit);
        assertDiskEquals(source);
        assertThat(Files.mismatch(source, directory.resolve("back.raw"))).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void fioVerifiesWhatItWroteWithSeveralJobs(boolean overTcp) {
        String output = run(
                "fio",
                "--name=verify",
                "--ioengine=nbd",
                "--uri=" + uri(overTcp),
                "--rw=randrw",
                "--bsrange=512-300k",
                "--blockalign=512",
                "--iodepth=16",
                "--numjobs=4",
                "--size=12M",
                "--offset_increment=12M",
                "--fsync=50",
                "--verify=crc32c",
                "--verify_fatal=1",
                "--group_reporting");
        assertThat(output).contains("err= 0").doesNotContain("verify failed");
    }
}
