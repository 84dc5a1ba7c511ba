package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on the sample instance that comes with the program. */
class InstanceCommandTest {
    private static final String UUID = "49704562-e043-47fa-affb-b4e9f1ff1359";
    private static final Path SAMPLE =
            Path.of("..", "samples", "instances", UUID).toAbsolutePath().normalize();
    private static final String IMAGE = "vms/" + UUID + "_disk";

    @TempDir
    Path temp;

    private Shell shell;

    @BeforeEach
    void start() throws Exception {
        shell = Shell.local(temp);
    }

    @AfterEach
    void stop() {
        shell.close();
    }

    @Test
    void quickstartMovesTheSampleAndSaysWhatToTryNext() {
        String output = shell.run("quickstart --no-progress");
        assertThat(output)
                .startsWith("Moving the Nova instance in " + SAMPLE + "\n")
                .contains(UUID + ": moved\n", IMAGE, "verified", "Try next:\n")
                .doesNotContain("[exit");
        assertThat(output.lines().filter(line -> line.startsWith("  berth --store ")))
                .hasSize(3);
        assertThat(shell.run("info " + IMAGE)).contains("size 1 GiB in 256 objects");
        assertThat(temp.resolve("store/instances").resolve(UUID).resolve("libvirt.xml"))
                .content()
                .contains("protocol=\"nbd\"", IMAGE);
        assertThat(shell.run("quickstart --no-progress")).contains(UUID + ": moved earlier\n");
        assertThat(shell.run("check")).isEqualTo("No damage found.\n");
    }

    @Test
    void quickstartFromAnotherCheckoutFindsWhatTheStoreHas() throws IOException {
        shell.run("quickstart --no-progress");
        Path samples = SAMPLE.getParent();
        Path copies = temp.resolve("instances");
        try (Stream<Path> files = Files.walk(samples)) {
            for (Path file : files.toList()) {
                Files.copy(file, copies.resolve(samples.relativize(file)));
            }
        }
        assertThat(shell.run("quickstart --no-progress --sample " + copies.resolve(UUID)))
                .contains("The store has this instance already", "The disk is now image " + IMAGE, "Try next:\n")
                .doesNotContain("[exit");
        try (Image image = shell.store().open(new ImageSpec("vms", UUID + "_disk"), Access.READ_WRITE)) {
            assertThat(image.snapshots()).isEmpty();
        }
    }

    @Test
    void aDryRunChangesNothing() {
        assertThat(shell.run("instance migrate --dry-run --to other " + SAMPLE))
                .contains("disk becomes other/" + UUID + "_disk (new)")
                .doesNotContain("[exit");
        assertThat(shell.run("pool ls")).doesNotContain("other");
        assertThat(temp.resolve("store/instances")).doesNotExist();
    }

    @Test
    void severalInstancesEachGetAReportAndTheFirstFailureIsTheStatus() throws Exception {
        Files.createDirectory(temp.resolve("empty"));
        assertThat(shell.run("instance migrate --no-progress empty " + SAMPLE))
                .contains("failed", UUID + ": moved\n")
                .endsWith("[exit 22]\n");
        assertThat(shell.run("instance migrate --no-progress --format json " + SAMPLE))
                .startsWith("[{\"directory\":\"" + SAMPLE + "\"")
                .contains("\"outcome\":\"moved earlier\"", "\"root_digest\":\"");
    }

    @Test
    void misuse() {
        assertThat(shell.run("instance migrate")).isEqualTo("berth: instance directory was not specified\n[exit 22]\n");
        assertThat(shell.run("instance migrate --jobs 0 x"))
                .isEqualTo("berth: the argument for option '--jobs' is invalid\n[exit 1]\n");
        assertThat(shell.run("instance migrate --disk-format disk=bogus x"))
                .isEqualTo("berth: the argument for option '--disk-format' is invalid\n[exit 1]\n");
        assertThat(shell.run("instance migrate --nbd-address :99999 x"))
                .startsWith("berth: ':99999' is no address")
                .endsWith("[exit 22]\n");
    }
}
