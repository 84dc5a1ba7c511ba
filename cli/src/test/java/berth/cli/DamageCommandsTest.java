package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check} and {@code scrub} on a store whose files were changed underneath it. */
class DamageCommandsTest {
    private static final int SIZE = 64 << 10;

    @TempDir
    Path temp;

    private Shell shell;

    @BeforeEach
    void start() throws IOException {
        shell = Shell.local(temp);
        byte[] disk = new byte[SIZE];
        Arrays.fill(disk, (byte) 7);
        Path raw = Files.write(temp.resolve("disk.raw"), disk);
        shell.run("import --no-progress " + raw + " rbd/disk");
        shell.run("snap create --no-progress rbd/disk@one");
    }

    @AfterEach
    void stop() {
        shell.close();
    }

    @Test
    void scrubFindsAByteThatChangedAndNamesTheSnapshot() throws IOException {
        assertThat(shell.run("scrub --no-progress")).isEqualTo("Read 64 KiB; no damage found.\n");
        flip(20_000);
        assertThat(shell.run("check")).isEqualTo("No damage found.\n");
        assertThat(shell.run("check --data --no-progress --format json"))
                .startsWith("{\"repairs\":[],\"findings\":[\"image rbd/disk, snapshot one")
                .contains("bytes 16384-20479")
                .endsWith("[exit 5]\n");
        assertThat(shell.run("scrub --no-progress --bandwidth 1G"))
                .contains("image rbd/disk, snapshot one", "is damaged in 1 place(s)")
                .endsWith("[exit 5]\n");
    }

    @Test
    void repairHasNothingToDoInASoundStore() {
        assertThat(shell.run("check --repair")).isEqualTo("No damage found.\n");
    }

    private void flip(int at) throws IOException {
        try (Stream<Path> files = Files.list(temp.resolve("store/layers"))) {
            for (Path file : files.filter(candidate -> candidate.toFile().length() == SIZE)
                    .toList()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[at] ^= 1;
                Files.write(file, bytes);
            }
        }
    }
}
