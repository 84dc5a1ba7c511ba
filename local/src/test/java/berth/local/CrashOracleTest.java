package berth.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import berth.block.contract.CrashOracle;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The simulator of losses of power notices when something is not durable that has to be. */
final class CrashOracleTest {
    private static final int CRASHES = 20;
    private static final int SEEDS = 5;

    /** What the simulator says of a disk that does not do some syncs. */
    private static Optional<Throwable> failure(String call, String files, long seed) {
        CrashFiles lying = new CrashFiles(seed);
        lying.ignore((asked, name) -> asked.equals(call) && name.startsWith(files));
        return Optional.ofNullable(catchThrowable(
                () -> new CrashOracle(new CrashDisk(lying, CacheBounds.DEFAULT), seed).run(CRASHES)));
    }

    @ParameterizedTest(name = "{0} of {1}")
    @CsvSource({"sync, layers/", "sync, maps/", "sync, journal.", "syncDirectory, layers", "syncDirectory, maps"})
    void aSyncThatIsLeftOutIsNoticed(String call, String files) {
        Optional<Throwable> failure = LongStream.rangeClosed(1, SEEDS)
                .mapToObj(seed -> failure(call, files, seed))
                .flatMap(Optional::stream)
                .findFirst();

        assertThat(failure).as("what the simulator says").isPresent();
        assertThat(failure.get())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("-Dberth.seed=")
                .hasMessageContaining("The last operations:");
    }

    @Test
    void aSeedReplaysTheSameFailure() {
        Throwable first = failure("sync", "layers/", 1).orElseThrow();

        assertThat(failure("sync", "layers/", 1).orElseThrow()).hasMessage(Objects.requireNonNull(first.getMessage()));
    }
}
