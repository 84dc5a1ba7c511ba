package berth.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreLockTest {
    @TempDir
    Path temp;

    @Test
    void onlyOneHoldsItAndTheNextGetsItAfterwards() {
        StoreDirectory store = new StoreDirectory(temp.resolve("a/b"));
        try (StoreLock _ = StoreLock.tryTake(store).orElseThrow()) {
            assertThat(StoreLock.tryTake(store)).isEmpty();
            assertThat(StoreLock.describeHolder(store))
                    .isEqualTo("process " + ProcessHandle.current().pid());
        }
        StoreLock.tryTake(store).orElseThrow().close();
    }

    @Test
    void theDirectoryIsMadeForThisUserAlone() throws Exception {
        Path directory = temp.resolve("new");
        StoreLock.tryTake(new StoreDirectory(directory)).orElseThrow().close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
    }

    @Test
    void aLockFileWithoutAProcessNamesNobody() throws Exception {
        Files.writeString(temp.resolve("lock"), "rm -rf /\u001b[2J");
        assertThat(StoreLock.describeHolder(new StoreDirectory(temp))).isEqualTo("another process");
    }

    @Test
    void aDirectoryThatCannotBeMadeIsAClearError() throws Exception {
        Path file = Files.writeString(temp.resolve("file"), "");
        assertThatThrownBy(() -> StoreLock.tryTake(new StoreDirectory(file.resolve("store"))))
                .isInstanceOf(BlockException.class)
                .hasMessageContaining(file.resolve("store").toString())
                .hasMessageContaining("--store");
    }

    @Test
    void theStoreIsChosenByOptionThenEnvironmentThenUser() {
        assertThat(StoreDirectory.choose("/o", Map.of("BERTH_STORE", "/e")).path())
                .isEqualTo(Path.of("/o"));
        assertThat(StoreDirectory.choose(null, Map.of("BERTH_STORE", "/e")).path())
                .isEqualTo(Path.of("/e"));
        Path expected = System.getProperty("user.name").equals("root")
                ? Path.of("/var/lib/berth")
                : Path.of(System.getProperty("user.home"), ".local/share/berth");
        assertThat(StoreDirectory.choose(null, Map.of()).path()).isEqualTo(expected);
    }
}
