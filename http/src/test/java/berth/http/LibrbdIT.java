package berth.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.ListenAddress;
import berth.block.Problem;
import berth.block.Source;
import berth.block.contract.SourceGenerator;
import berth.block.contract.SparseBytes;
import berth.block.contract.TestSource;
import berth.block.contract.TestSources;
import berth.ceph.cluster.CephCluster;
import berth.source.http.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** librbd migrates from virtual files. */
class LibrbdIT {
    @TempDir
    Path temp;

    private final CephCluster cluster = CephCluster.shared();
    private RangeServer server;

    @BeforeEach
    void start() {
        server = RangeServer.start(
                new ListenAddress("127.0.0.1", 0, false), "127.0.0.1", Duration.ofMillis(200), Optional.empty());
        if (!cluster.ceph("osd", "lspools").contains("virtual")) {
            cluster.createPool("virtual", 8);
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void everyPointInTimeOfRandomSourcesReadsTheSameBeforeAndAfterTheCopy() throws IOException {
        long seed = Long.getLong("berth.seed", System.nanoTime());
        SourceGenerator generator = new SourceGenerator(new Random(seed), new TestSources());
        for (int round = 0; round < 6; round++) {
            TestSource source = next(generator);
            String what = "round " + round + " of -Dberth.seed=" + seed;
            String token = RangeServer.newToken();
            server.add(token, new VirtualQcow2(source, VirtualQcow2.CLUSTER_BITS));
            String image = "virtual/disk" + round;
            prepare(token, image);
            assertSame(source, image, what + ", prepared");
            cluster.rbd("migration", "execute", "--no-progress", image);
            server.remove(token);
            assertSame(source, image, what + ", executed");
            cluster.rbd("migration", "commit", "--no-progress", image);
            assertSame(source, image, what + ", committed");
        }
    }

    /** The next source that librbd copies right. */
    private static TestSource next(SourceGenerator generator) {
        TestSource source = generator.next();
        while (!isRightInLibrbd(source)) {
            source = generator.next();
        }
        return source;
    }

    private static boolean isRightInLibrbd(Source source) {
        try {
            VirtualQcow2.requireRightInLibrbd(source);
            return true;
        } catch (BlockException e) {
            assertThat(e.problem()).isEqualTo(Problem.UNSUPPORTED);
            return false;
        }
    }

    private void prepare(String token, String image) {
        cluster.rbd("migration", "prepare", "--import-only", "--source-spec", spec(server.url(token)), image);
    }

    private static String spec(URI url) {
        return "{\"type\":\"qcow\",\"stream\":{\"type\":\"http\",\"url\":\"" + url + "\"}}";
    }

    private void assertSame(Source source, String image, String what) throws IOException {
        for (Source.Point point : source.points()) {
            String name = point.name().isEmpty() ? image : image + "@" + point.name();
            Path out = temp.resolve("out");
            cluster.rbd("export", "--no-progress", name, out.toString());
            byte[] found = Files.readAllBytes(out);
            Files.delete(out);
            byte[] expected = read(point.reader());
            if (point.name().isEmpty()) {
                assertThat(found.length - expected.length).as(what).isBetween(0, 511);
                expected = Arrays.copyOf(expected, found.length);
            }
            assertThat(Arrays.mismatch(found, expected))
                    .as("the first byte that differs: %s, %s of %d bytes", what, name, expected.length)
                    .isEqualTo(-1);
        }
    }

    private static byte[] read(BlockReader reader) {
        ByteBuffer all = ByteBuffer.allocate((int) reader.size());
        reader.read(0, all);
        return all.array();
    }

    /** The reason for the refusal of such disks: when a librbd does better, this fails, and the refusal can go. */
    @Test
    void librbdLosesDataOfADiskThatWasMadeSmallerAfterASnapshot() throws IOException {
        SparseBytes bytes = new SparseBytes(1_293_465);
        TestSource source = new TestSources().add().snapshot("before", false, bytes.copy());
        bytes.resize(832_104);
        bytes.write(212_949, new byte[] {1, 2, 3});
        source.now(bytes);
        String token = RangeServer.newToken();
        server.add(token, new VirtualQcow2(source));
        prepare(token, "virtual/smaller");
        cluster.rbd("migration", "execute", "--no-progress", "virtual/smaller");
        Path out = temp.resolve("smaller");
        cluster.rbd("export", "--no-progress", "virtual/smaller", out.toString());

        assertThat(Files.readAllBytes(out)).containsOnly(0);
        assertThatThrownBy(() -> VirtualQcow2.requireRightInLibrbd(source))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.UNSUPPORTED))
                .hasMessageContaining("berth import");
    }

    /** A client that has the image open must not take what it cannot get for zeroes; librbd does when a file is not found. */
    @Test
    void anImageWhoseSourceIsNotServedAnyMoreIsNotReadAsZeroes() throws Exception {
        TestSource source = new TestSources().add().now(new SparseBytes(8 << 20).write(5 << 20, new byte[] {1, 2, 3}));
        String token = RangeServer.newToken();
        server.add(token, new VirtualQcow2(source));
        prepare(token, "virtual/away");
        String[] qemu = {
            "stdbuf",
            "-oL",
            "qemu-io",
            "-f",
            "raw",
            "-c",
            "read 0 64k",
            "-c",
            "sleep 3000",
            "-c",
            "read -v 5M 512",
            "rbd:virtual/away:conf=" + cluster.configurationFile()
        };
        Path out = temp.resolve("out");
        Process client = new ProcessBuilder(qemu)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            while (client.isAlive() && !Files.readString(out).contains("read 65536/65536")) {
                Thread.sleep(20);
            }
            server.remove(token);
            assertThat(client.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            client.destroyForcibly();
        }
        assertThat(Files.readString(out)).contains("read failed: Input/output error");
    }

    /** A server that overlooks requests that arrive together makes librbd wait for ever, and it sends many. */
    @Test
    void librbdCopiesOverTlsFromAServerThatItTrusts() throws Exception {
        byte[] content = new byte[200 << 20];
        new Random(7).nextBytes(content);
        TestSource source = new TestSources().add().now(new SparseBytes(content.length).write(0, content));
        TestCertificate certificate = new TestCertificate(temp, "ip:127.0.0.1");
        ListenAddress anywhere = new ListenAddress("127.0.0.1", 0, false);
        try (RangeServer encrypted =
                RangeServer.start(anywhere, "127.0.0.1", Duration.ofSeconds(1), Optional.of(certificate.context()))) {
            String token = RangeServer.newToken();
            encrypted.add(token, new VirtualQcow2(source));
            URI url = encrypted.url(token);
            assertThat(url.toString()).startsWith("https://127.0.0.1:");
            String[] prepare = {"prepare", "--import-only", "--source-spec", spec(url), "virtual/tls"};
            assertThat(migration(temp.resolve("none"), prepare)).isNotZero();
            assertThat(migration(certificate.pem(), prepare)).isZero();
            assertThat(migration(certificate.pem(), "execute", "--no-progress", "virtual/tls"))
                    .isZero();
        }
        cluster.rbd("migration", "commit", "--no-progress", "virtual/tls");
        assertSame(source, "virtual/tls", "copied over TLS");
    }

    /** The status of {@code rbd migration} when it trusts one certificate. */
    private int migration(Path trusted, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of("rbd", "--conf", cluster.configurationFile().toString(), "migration"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SSL_CERT_FILE", trusted.toString());
        Process process = builder.redirectOutput(temp.resolve("log").toFile()).start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("rbd %s ended", arguments[0])
                    .isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** What is the same in a snapshot and the next is stored once. */
    @Test
    void snapshotsStayThin() {
        SparseBytes bytes = new SparseBytes(64 << 20);
        byte[] data = new byte[32 << 20];
        new Random(1).nextBytes(data);
        bytes.write(0, data);
        TestSource source =
                new TestSources().add().snapshot("a", false, bytes.copy()).snapshot("b", false, bytes.copy());
        bytes.write(0, new byte[] {1});
        source.now(bytes);
        String token = RangeServer.newToken();
        server.add(token, new VirtualQcow2(source));
        prepare(token, "virtual/thin");
        cluster.rbd("migration", "execute", "--no-progress", "virtual/thin");
        cluster.rbd("migration", "commit", "--no-progress", "virtual/thin");
        String usage = cluster.rbd("du", "--format", "json", "virtual/thin");
        long used = Pattern.compile("\"used_size\":(\\d+)")
                .matcher(usage)
                .results()
                .mapToLong(match -> Long.parseLong(match.group(1)))
                .sum();
        assertThat(used).as(usage).isBetween(33L << 20, 36L << 20);
    }
}
