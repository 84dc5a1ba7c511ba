package berth.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Every seed, and every input that once broke a parser's promise, is used again. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ReplayTest {
    @TestFactory
    Stream<DynamicContainer> noInputOfTheCorpusBreaksAPromise() {
        return Arrays.stream(Target.values())
                .map(target -> DynamicContainer.dynamicContainer(
                        target.toString(), corpus(target).stream().map(file -> replay(target, file))));
    }

    private static DynamicTest replay(Target target, Path file) {
        return DynamicTest.dynamicTest(
                file.getFileName().toString(),
                () -> assertThatCode(() -> target.run(Files.readAllBytes(file))).doesNotThrowAnyException());
    }

    private static List<Path> corpus(Target target) {
        try (Stream<Path> files = Files.list(Path.of("corpus", target.toString()))) {
            List<Path> sorted = files.sorted().toList();
            assertThat(sorted).as("seeds of " + target).isNotEmpty();
            return sorted;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
