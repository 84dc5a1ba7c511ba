package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies in a store is its owner's alone, even where others may enter its directory. */
class StorePermissionsTest {
    @TempDir
    Path temp;

    @Test
    void everyFileIsItsOwnersAlone() throws Exception {
        try (Shell shell = Shell.local(temp)) {
            shell.run("quickstart --no-progress");
            shell.quietly("create --size 8M rbd/a").quietly("migration prepare rbd/a rbd/b");
            shell.quietly("migration execute --no-progress rbd/b").quietly("migration commit --no-progress rbd/b");
        }
        Path store = temp.resolve("store");
        try (Stream<Path> files = Files.walk(store)) {
            assertThat(files.filter(file -> !file.equals(store)))
                    .hasSizeGreaterThan(8)
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo(Files.isDirectory(file) ? "rwx------" : "rw-------"));
        }
    }
}
