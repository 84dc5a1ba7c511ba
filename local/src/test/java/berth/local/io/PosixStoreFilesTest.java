package berth.local.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.posix.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PosixStoreFilesTest {
    @TempDir
    Path temp;

    @Test
    void whatCannotBeToldIsNotTakenForMissing() throws IOException {
        Files.createFile(temp.resolve("file"));
        Files.createSymbolicLink(temp.resolve("loop"), Path.of("loop"));
        PosixStoreFiles files = new PosixStoreFiles(temp);
        assertThat(files.exists("file")).isTrue();
        assertThat(files.exists("none")).isFalse();
        assertThatThrownBy(() -> files.exists("loop"))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ELOOP));
    }
}
