package berth.http;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.BlockReader;
import berth.block.ListenAddress;
import berth.block.Source;
import berth.block.contract.SourceGenerator;
import berth.block.contract.SparseBytes;
import berth.block.contract.TestSource;
import berth.block.contract.TestSources;
import berth.ceph.cluster.CephCluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
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
        server = RangeServer.start(new ListenAddress("127.0.0.1", 0, false), "127.0.0.1", Duration.ofMillis(200));
        if (!cluster.ceph("osd", "lspools").contains("virtual")) {
            cluster.ceph("osd", "pool", "create", "virtual", "8");
            cluster.rbd("pool", "init", "virtual");
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
            TestSource source = generator.next();
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

    private void prepare(String token, String image) {
        String spec = "{\"type\":\"qcow\",\"stream\":{\"type\":\"http\",\"url\":\"" + server.url(token) + "\"}}";
        cluster.rbd("migration", "prepare", "--import-only", "--source-spec", spec, image);
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
            assertThat(found).as("%s, %s", what, name).isEqualTo(expected);
        }
    }

    private static byte[] read(BlockReader reader) {
        ByteBuffer all = ByteBuffer.allocate((int) reader.size());
        reader.read(0, all);
        return all.array();
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
