package berth.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path temp;

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    @Test
    void aFileIsReplacedAndNothingElseIsLeft() throws IOException {
        Path file = temp.resolve("a/b/file");
        AtomicFile.write(file, text("old"), "rw-------");
        AtomicFile.write(file, text("new"), "rw-r--r--");
        assertThat(file).hasContent("new");
        assertThat(list(file.getParent())).containsExactly(file);
        assertThat(mode(file)).isEqualTo("rw-r--r--");
        assertThat(mode(file.getParent())).isEqualTo("rwx------");
    }

    @Test
    void aFailureLeavesTheOldContentAndNothingElse() throws IOException {
        Path directory = Files.createDirectories(temp.resolve("taken/inside"));
        assertThatThrownBy(() -> AtomicFile.write(directory.getParent(), text("x"), "rw-------"))
                .isInstanceOf(FileSystemException.class);
        assertThat(list(temp)).containsExactly(directory.getParent());
        assertThat(directory).exists();
    }
}
