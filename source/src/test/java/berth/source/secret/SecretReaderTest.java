package berth.source.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where secrets come from. */
final class SecretReaderTest {
    private static final String TEXT = "LnEsqNNqZIpkzauboDcLXLcYaWwLQ3Kop0zAnKIn";

    @TempDir
    Path directory;

    private final SecretReader reader =
            new SecretReader(name -> name.equals("there") ? Optional.of(TEXT) : Optional.empty());

    private String read(String reference) {
        return reader.read(Secret.parse(reference, directory));
    }

    @Test
    void readsValuesFilesVariablesAndTheStore() throws IOException {
        Files.writeString(directory.resolve("key"), TEXT + "\nsecond line\n");
        assertThat(read(TEXT)).isEqualTo(TEXT);
        assertThat(read("file://key")).isEqualTo(TEXT);
        assertThat(read("file://" + directory.resolve("key"))).isEqualTo(TEXT);
        assertThat(read("secret://there")).isEqualTo(TEXT);
        assertThat(read("config://there")).isEqualTo(TEXT);
        assertThat(read("env://PATH")).isEqualTo(System.getenv("PATH"));
    }

    @Test
    void whatIsMissingIsTold() {
        for (String reference : new String[] {"file://no", "env://BERTH_NO_SUCH", "secret://no", "config://no"}) {
            assertThatThrownBy(() -> read(reference))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.SOURCE_NOT_FOUND))
                    .hasMessageContaining(reference.startsWith("file") ? "file:///" : reference);
        }
    }

    @Test
    void textsThatCouldForgeAHeaderAreRefusedWithoutShowingThem() {
        for (String bad : new String[] {"", TEXT + "\r\nHost: evil", "x".repeat(SecretReader.MAX_LENGTH + 1)}) {
            assertThatThrownBy(() -> read(bad))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.INVALID_ARGUMENT))
                    .message()
                    .doesNotContain(TEXT)
                    .doesNotContain("xxxx");
        }
    }

    @Test
    void aValueDoesNotPrintItself() {
        assertThat(new Secret.Value(TEXT).toString()).doesNotContain(TEXT);
    }
}
