package berth.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PskFileTest {
    @TempDir
    Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("keys.psk"), text);
    }

    @Test
    void keysAreReadByUser() throws IOException {
        var keys = PskFile.load(file("# comment\nalice:00ff10\n\nbob:with:colon:AB\n"));
        assertThat(keys).containsOnlyKeys("alice", "bob:with:colon");
        assertThat(keys.get("alice")).containsExactly(0x00, 0xff, 0x10);
        assertThat(keys.get("bob:with:colon")).containsExactly(0xab);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "alice\n", ":5eC7e7\n", "alice:\n", "alice:5eC7e\n", "alice:5eC7eX\n"})
    void wrongFilesAreExplainedWithoutTheirContent(String text) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> PskFile.load(file))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.MALFORMED))
                .hasMessageContaining(file.toString())
                .hasMessageNotContaining("5eC7e")
                .hasNoCause();
    }

    @Test
    void missingAndMonstrousFilesAreRefused() throws IOException {
        assertThatThrownBy(() -> PskFile.load(directory.resolve("none"))).hasMessageContaining("there is no such file");
        Path monster = file("x".repeat((1 << 20) + 1));
        assertThatThrownBy(() -> PskFile.load(monster)).hasMessageContaining("longer than 1 MiB");
    }
}
