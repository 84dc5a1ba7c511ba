package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import berth.server.Cancellation;
import berth.server.CommandIo;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code import --input-format}. */
class DiskImportTest {
    private static final String UUID = "49704562-e043-47fa-affb-b4e9f1ff1359";
    private static final Path SAMPLES =
            Path.of("..", "samples", "instances").toAbsolutePath().normalize();

    @TempDir
    Path temp;

    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        shell = Shell.local(temp);
    }

    @AfterEach
    void stop() {
        shell.close();
    }

    private Path export(String image) {
        Path file = temp.resolve(image.replace('/', '-'));
        shell.quietly("export --no-progress " + image + " " + file);
        return file;
    }

    private long receipts() throws IOException {
        try (var files = Files.list(temp.resolve("store").resolve("receipts"))) {
            return files.count();
        }
    }

    @Test
    void aRawDiskArrivesWithAReceiptAndIsNoMigrationAnyMore() throws IOException {
        byte[] disk = new byte[(5 << 20) + 512];
        new Random(1).nextBytes(disk);
        Files.write(temp.resolve("web.raw"), disk);
        shell.quietly("import --no-progress --input-format raw web.raw vms/web");
        assertThat(export("vms/web")).hasBinaryContent(disk);
        assertThat(receipts()).isEqualTo(1);
        assertThat(shell.run("migration commit vms/web")).contains("[exit 22]");
    }

    @Test
    void anOverlayArrivesAsByTheStepsOfAMigration() throws IOException {
        String base = SAMPLES.resolve("_base").toString();
        String disk = SAMPLES.resolve(UUID).resolve("disk").toString();
        shell.quietly("import --no-progress --input-format qcow2 --backing-dir " + base + " " + disk + " vms/once");
        String spec = "{\"type\":\"qcow\",\"stream\":{\"type\":\"file\",\"file_path\":\"" + disk
                + "\"},\"backing_allow\":[\"" + base + "\"]}";
        shell.quietly("migration prepare --import-only --source-spec '" + spec + "' vms/steps");
        shell.quietly("migration execute --no-progress vms/steps");
        shell.quietly("migration commit --no-progress vms/steps");
        Path steps = export("vms/steps");
        assertThat(Files.size(steps)).isGreaterThan(1 << 20);
        assertThat(Files.mismatch(export("vms/once"), steps)).isEqualTo(-1);
    }

    @Test
    void backingFilesAreOpenedOnlyWhereTheyAreAllowed() {
        String disk = SAMPLES.resolve(UUID).resolve("disk").toString();
        assertThat(shell.run("import --no-progress --input-format qcow2 " + disk + " vms/web"))
                .startsWith("berth: import failed")
                .contains("_base")
                .contains("[exit ");
        assertThat(shell.run("ls vms")).isEmpty();
    }

    @Test
    void formatsAreNotGuessed() throws IOException {
        Files.write(temp.resolve("text"), new byte[4096]);
        assertThat(shell.run("import --input-format qcow2 text vms/web")).contains("[exit 74]");
        assertThat(shell.run("import --input-format vmdk text vms/web"))
                .contains("raw, qcow, qcow2")
                .contains("[exit 22]");
        assertThat(shell.run("import --input-format raw - vms/web")).contains("[exit 22]");
        assertThat(shell.run("ls vms")).isEmpty();
    }

    @Test
    void anImportThatIsInterruptedLeavesNothingBehind() throws IOException {
        Files.write(temp.resolve("web.raw"), new byte[64 << 20]);
        Cancellation cancellation = new Cancellation();
        cancellation.cancel();
        var out = new ByteArrayOutputStream();
        var io = new CommandIo(new ByteArrayInputStream(new byte[0]), out, out, cancellation);
        assertThat(shell.run("import --no-progress --input-format raw web.raw vms/web", io))
                .isNotZero();
        assertThat(shell.run("ls vms")).isEmpty();
        assertThat(shell.run("trash ls vms")).isEmpty();
    }
}
