package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import berth.source.nbd.NbdPeer;
import berth.source.s3.RadosGateway;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** Imports from servers of other people, by the command. */
final class NetworkSourcesIT {
    private static final Pattern PORT = Pattern.compile(" port (\\d+)");
    private static final String[] COMMIT = {"migration", "commit", "--no-progress", "rbd/disk"};
    private static final int SIZE = 12 << 20;
    private static final int HOLE = 6 << 20;

    @TempDir
    Path temp;

    private Berth berth;
    private Path raw;

    @BeforeEach
    void makeDisk() throws IOException {
        berth = Berth.in(temp);
        byte[] data = new byte[SIZE - HOLE];
        new Random(21).nextBytes(data);
        raw = temp.resolve("disk.raw");
        try (RandomAccessFile file = new RandomAccessFile(raw.toFile(), "rw")) {
            file.seek(HOLE);
            file.write(data);
        }
    }

    private Outcome prepare(String format, String stream) throws IOException {
        String spec = "{'type':'" + format + "','stream':{" + stream + "}}";
        return berth.run("migration", "prepare", "--import-only", "--source-spec", spec.replace('\'', '"'), "rbd/disk");
    }

    private void assertMoves() throws IOException {
        berth.ok("migration", "execute", "--no-progress", "rbd/disk");
        berth.ok(COMMIT);
        assertThat(berth.export("rbd/disk", temp.resolve("out.raw"))).hasSameBinaryContentAs(raw);
    }

    @Test
    void anImageInABucketOfRadosgw() throws Exception {
        Programs.ok(
                "qemu-img",
                "convert",
                "-O",
                "qcow2",
                raw.toString(),
                temp.resolve("disk.qcow2").toString());
        try (RadosGateway gateway = RadosGateway.start(Files.createDirectory(temp.resolve("ceph")));
                S3Client client = gateway.client()) {
            client.createBucket(request -> request.bucket("images"));
            client.putObject(request -> request.bucket("images").key("disk.qcow2"), temp.resolve("disk.qcow2"));
            keep("s3/access", RadosGateway.ACCESS_KEY);
            keep("s3/secret", RadosGateway.SECRET_KEY);
            String url = gateway.endpoint() + "/images/disk.qcow2";
            prepare(
                            "qcow",
                            "'type':'s3','url':'" + url
                                    + "','access_key':'secret://s3/access','secret_key':'config://s3/secret'")
                    .succeeded();
            assertMoves();
        }
    }

    private void keep(String name, String secret) throws IOException {
        try (BerthProcess process = berth.startReading("secret", "set", name)) {
            process.input().write(secret.getBytes(StandardCharsets.UTF_8));
            process.input().close();
            process.end().succeeded();
        }
    }

    @Test
    void aDiskThatQemuServes() throws IOException {
        Programs.ok(
                "qemu-img",
                "convert",
                "-O",
                "vmdk",
                raw.toString(),
                temp.resolve("disk.vmdk").toString());
        Path socket = temp.resolve("nbd.sock");
        try (NbdPeer _ =
                NbdPeer.qemu(socket, "-f", "vmdk", temp.resolve("disk.vmdk").toString())) {
            prepare("raw", "'type':'nbd','uri':'nbd+unix:///?socket=" + socket + "'")
                    .succeeded();
            assertMoves();
        }
    }

    /** NBD does not tell of changes, but reading everything again does. */
    @Test
    void aServedDiskThatChangesIsNotCommitted() throws IOException {
        Path socket = temp.resolve("nbd.sock");
        try (NbdPeer _ = NbdPeer.nbdkit(socket, "file", raw.toString())) {
            prepare("raw", "'type':'nbd','uri':'nbd+unix:///?socket=" + socket + "'")
                    .succeeded();
            berth.ok("migration", "execute", "--no-progress", "rbd/disk");
            try (RandomAccessFile file = new RandomAccessFile(raw.toFile(), "rw")) {
                file.seek(HOLE + 5_000_000L);
                file.write("changed".getBytes(StandardCharsets.UTF_8));
            }
            Outcome refused = berth.run(COMMIT);
            assertThat(refused.status()).as("%s", refused).isNotZero();
            assertThat(refused.err()).contains("differ from what was copied").contains("nothing was committed");
            berth.assertStatus("rbd/disk").contains("executed");
        }
    }

    @Test
    void pythonsWebServerWithoutRangesIsRefusedAtOnce() throws IOException {
        Programs.require("python3");
        Path output = temp.resolve("python.out");
        Process python = new ProcessBuilder(
                        "python3",
                        "-u",
                        "-m",
                        "http.server",
                        "0",
                        "--bind",
                        "127.0.0.1",
                        "--directory",
                        temp.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try (BerthProcess server = new BerthProcess("python3 -m http.server", python, output, output)) {
            Matcher port = PORT.matcher(server.awaitLine());
            assertThat(port.find()).isTrue();
            Outcome refused = prepare("raw", "'type':'http','url':'http://127.0.0.1:" + port.group(1) + "/disk.raw'");
            assertThat(refused.endedWith(95).err())
                    .contains("does not give out ranges")
                    .contains("download it");
            assertThat(berth.ok("ls").out()).isEmpty();
        }
    }
}
