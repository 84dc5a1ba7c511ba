package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import berth.source.http.TestWebServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A secret given to one process is used by another, which outlives it, and nobody else on the machine sees it. */
final class SecretsIT {
    private static final String SECRET = "LnEsqNNqZIpkzauboDcLXLcYaWwLQ3Kop0zAnKIn";

    @TempDir
    Path temp;

    @Test
    void noOutputAndNoProcessShowsASecret() throws IOException {
        Berth berth = Berth.in(temp);
        byte[] disk = new byte[12 << 20];
        new Random(8).nextBytes(disk);
        Path web = Files.createDirectory(temp.resolve("web"));
        Files.write(web.resolve("disk.raw"), disk);
        StringBuilder shown = new StringBuilder();
        try (TestWebServer server = new TestWebServer(web, 0)) {
            server.requireAuthorization("Bearer " + SECRET);
            try (BerthProcess owner = berth.start("serve")) {
                owner.awaitMessage("serving the store");
                shown.append(feed(berth, SECRET + "\n", "secret", "set", "web"));
                shown.append(feed(
                        berth,
                        spec(server),
                        "migration",
                        "prepare",
                        "--import-only",
                        "--source-spec-path",
                        "-",
                        "rbd/disk"));
                try (BerthProcess execute =
                        berth.start("migration", "execute", "--bandwidth", "8M", "--no-progress", "rbd/disk")) {
                    assertNoCommandLineHolds(SECRET);
                    shown.append(execute.end().succeeded());
                }
                owner.signal("TERM");
                shown.append(owner.end());
            }
            shown.append(berth.ok("status", "--format", "json", "rbd/disk"));
            shown.append(berth.ok("migration", "commit", "--no-progress", "rbd/disk"));
            shown.append(berth.run("migration", "commit", "rbd/disk"));
        }
        assertThat(berth.export("rbd/disk", temp.resolve("out.raw"))).hasBinaryContent(disk);
        assertThat(shown.toString()).contains("secret://web").doesNotContain(SECRET);
        assertNoFileShowsTheSecret(berth.store());
    }

    /** Receipts, journal, maps, data: everything but the file of the secrets. */
    private static void assertNoFileShowsTheSecret(Path store) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(store)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        assertThat(files).anySatisfy(file -> assertThat(file.getParent()).hasFileName("receipts"));
        for (Path file : files) {
            String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            if (file.endsWith("secrets")) {
                assertThat(text).contains(SECRET);
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            } else {
                assertThat(text).as("%s", file).doesNotContain(SECRET);
            }
        }
    }

    private static String spec(TestWebServer server) {
        return "{\"type\":\"raw\",\"stream\":{\"type\":\"http\",\"url\":\"" + server.url("disk.raw")
                + "\",\"token\":\"secret://web\"}}";
    }

    private static Outcome feed(Berth berth, String input, String... command) throws IOException {
        try (BerthProcess process = berth.startReading(command)) {
            try (OutputStream in = process.input()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            return process.end().succeeded();
        }
    }

    private static void assertNoCommandLineHolds(String text) throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                String line;
                try {
                    line = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
                } catch (IOException e) {
                    continue; // it has ended
                }
                assertThat(line).doesNotContain(text);
            }
        }
    }
}
