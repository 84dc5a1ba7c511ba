package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import berth.source.http.TestWebServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Migrations from a web server, and what becomes of their secrets. */
class NetworkImportTest {
    private static final String SECRET = "LnEsqNNqZIpkzauboDcLXLcYaWwLQ3Kop0zAnKIn";
    private static final String NO_PROGRESS = " --no-progress rbd/disk";

    @TempDir
    Path temp;

    private final StringBuilder shown = new StringBuilder();
    private Shell shell;
    private TestWebServer server;
    private byte[] disk;

    @BeforeEach
    void start() throws IOException {
        shell = Shell.local(temp);
        disk = new byte[20 << 20];
        new Random(4).nextBytes(disk);
        Path web = Files.createDirectory(temp.resolve("web"));
        Files.write(web.resolve("disk.raw"), disk);
        server = new TestWebServer(web, 0);
        server.requireAuthorization("Bearer " + SECRET);
    }

    @AfterEach
    void stop() {
        shell.close();
        server.close();
    }

    private String run(String line) {
        String output = shell.run(line);
        shown.append(output);
        return output;
    }

    private void prepare(String token) {
        shell.input(spec(token).getBytes(StandardCharsets.UTF_8));
        assertThat(run("migration prepare --import-only --source-spec-path - rbd/disk"))
                .isEmpty();
    }

    private String spec(String token) {
        return "{\"type\":\"raw\",\"stream\":{\"type\":\"http\",\"url\":\"" + server.url("disk.raw") + "\",\"token\":\""
                + token + "\"}}";
    }

    private void assertCommits() throws IOException {
        assertThat(run("migration commit" + NO_PROGRESS)).isEmpty();
        shell.quietly("export --no-progress rbd/disk " + temp.resolve("out.raw"));
        assertThat(Files.readAllBytes(temp.resolve("out.raw"))).isEqualTo(disk);
    }

    @Test
    void aSecretByValueIsNeverShownAndGoesWithTheMigration() throws IOException {
        shell.input(spec(SECRET).getBytes(StandardCharsets.UTF_8));
        assertThat(run("migration prepare --import-only --source-spec-path - rbd/disk --dry-run"))
                .contains("***");
        prepare(SECRET);
        assertThat(run("status rbd/disk")).contains("\"token\":\"secret://migration/");
        run("status --format json rbd/disk");
        assertThat(run("secret ls")).startsWith("migration/");
        Path file = temp.resolve("store/secrets");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertNoFileShowsTheSecret();

        server.refuseAfter(2);
        assertThat(run("migration execute" + NO_PROGRESS))
                .contains("refuses access")
                .contains("[exit");
        server.refuseAfter(Integer.MAX_VALUE);
        assertThat(run("migration execute" + NO_PROGRESS)).isEmpty();
        assertCommits();

        assertThat(run("secret ls")).isEmpty();
        assertNoFileShowsTheSecret();
        assertThat(shown.toString()).doesNotContain(SECRET);
    }

    @Test
    void anAbortForgetsTheSecret() throws IOException {
        prepare(SECRET);
        assertThat(run("migration abort" + NO_PROGRESS)).isEmpty();
        assertThat(run("secret ls")).isEmpty();
    }

    @Test
    void aRefusedPrepareForgetsTheSecret() {
        shell.input(spec("wrong").getBytes(StandardCharsets.UTF_8));
        assertThat(run("migration prepare --import-only --source-spec-path - rbd/disk"))
                .contains("status 401")
                .endsWith("[exit 13]\n");
        assertThat(run("secret ls")).isEmpty();
    }

    @Test
    void aSecretOfTheStoreIsSetByStandardInputAndStays() throws IOException {
        shell.input((SECRET + "\n").getBytes(StandardCharsets.UTF_8)).quietly("secret set web/token");
        prepare("config://web/token");
        assertThat(run("status rbd/disk")).contains("\"token\":\"config://web/token\"");
        assertThat(run("migration execute" + NO_PROGRESS)).isEmpty();
        assertCommits();
        assertThat(run("secret ls --format json")).isEqualTo("[\"web/token\"]\n");
        assertThat(run("secret rm web/token")).isEmpty();
        assertThat(run("secret rm web/token")).endsWith("[exit 2]\n");
        assertThat(shown.toString()).doesNotContain(SECRET);
    }

    @Test
    void aSecretOfAMigrationThatWasLostCanBeSetAgain() throws IOException {
        prepare(SECRET);
        String name = run("secret ls").strip();
        assertThat(run("secret rm " + name)).isEmpty();
        assertThat(run("migration execute" + NO_PROGRESS)).contains("run 'berth secret set " + name + "'");
        shell.input((SECRET + "\n").getBytes(StandardCharsets.UTF_8)).quietly("secret set " + name);
        assertThat(run("migration execute" + NO_PROGRESS)).isEmpty();
        assertCommits();
        assertThat(run("secret ls")).isEmpty();
    }

    /** They may be those of migrations that this user cannot see. */
    @Test
    void theEndOfOneMigrationLeavesTheSecretsOfOthers() throws IOException {
        shell.input("other\n".getBytes(StandardCharsets.UTF_8)).quietly("secret set migration/of-another-user");
        prepare(SECRET);
        assertThat(run("migration abort" + NO_PROGRESS)).isEmpty();
        shell.input(spec("wrong").getBytes(StandardCharsets.UTF_8));
        assertThat(run("migration prepare --import-only --source-spec-path - rbd/disk"))
                .endsWith("[exit 13]\n");
        assertThat(run("secret ls")).isEqualTo("migration/of-another-user\n");
    }

    @Test
    void aSecretFileThatOthersCanReadOrWriteIsRefused() throws IOException {
        shell.input(SECRET.getBytes(StandardCharsets.UTF_8)).quietly("secret set token");
        Path file = temp.resolve("store/secrets");
        for (String mode : new String[] {"rw-r-----", "rw----r--", "rw--w----"}) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            assertThat(run("secret ls"))
                    .contains("others than their owner have access")
                    .endsWith("[exit 1]\n");
        }
    }

    @Test
    void aSecretThatIsNotThereIsTold() {
        shell.input(spec("secret://nothing").getBytes(StandardCharsets.UTF_8));
        assertThat(run("migration prepare --import-only --source-spec-path - rbd/disk"))
                .contains("run 'berth secret set nothing'")
                .endsWith("[exit 2]\n");
        shell.input(spec("env://BERTH_NOTHING").getBytes(StandardCharsets.UTF_8));
        assertThat(run("migration prepare --import-only --source-spec-path - rbd/disk"))
                .contains("env://BERTH_NOTHING")
                .endsWith("[exit 2]\n");
    }

    @Test
    void aSecretOnTheCommandLineIsWarnedOf() {
        assertThat(run("migration prepare --import-only --source-spec '" + spec(SECRET) + "' rbd/disk"))
                .startsWith("berth: warning: the source-spec on the command line holds a secret")
                .doesNotContain(SECRET);
    }

    @Test
    void aServerThatDiesAndComesBackIsReadFurther() throws Exception {
        prepare(SECRET);
        int port = server.port();
        server.close();
        Thread back = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(600);
                server = new TestWebServer(temp.resolve("web"), port);
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(run("migration execute" + NO_PROGRESS)).isEmpty();
        back.join();
        assertCommits();
    }

    @Test
    void aFileThatChangedIsNotCommitted() throws IOException {
        prepare(SECRET);
        assertThat(run("migration execute" + NO_PROGRESS)).isEmpty();
        disk[7] ^= 1;
        Files.write(temp.resolve("web/disk.raw"), disk);
        assertThat(run("migration commit" + NO_PROGRESS))
                .contains("the source changed since the migration was prepared")
                .contains("etag")
                .endsWith("[exit 116]\n");
    }

    /** Looks into every file of the store but that of the secrets: journal, receipts, and the data. */
    private void assertNoFileShowsTheSecret() throws IOException {
        try (Stream<Path> files = Files.walk(temp.resolve("store"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith("secrets")) {
                    assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                            .as("%s", file)
                            .doesNotContain(SECRET);
                }
            }
        }
    }
}
