package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The oracle notices mistakes. That it accepts a store without any is in {@link ModelStoreTest}. */
final class StoreOracleTest {
    private static final int OPERATIONS = 400;
    private static final int SEEDS = 8;

    @TempDir
    Path directory;

    private Optional<Throwable> failure(Flaw flaw, long seed) {
        ModelFixture model = new ModelFixture();
        StoreFixture flawed = (path, sources) -> flaw.in(model.open(path, sources));
        return Optional.ofNullable(catchThrowable(() -> new StoreOracle(flawed, directory, seed).run(OPERATIONS)));
    }

    @ParameterizedTest
    @EnumSource(Flaw.class)
    void everyFlawIsNoticed(Flaw flaw) {
        Optional<Throwable> failure = LongStream.rangeClosed(1, SEEDS)
                .mapToObj(seed -> failure(flaw, seed))
                .flatMap(Optional::stream)
                .findFirst();

        assertThat(failure).as("what the oracle says").isPresent();
        assertThat(failure.get())
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("-Dberth.seed=")
                .hasMessageContaining("The last operations:");
    }

    @Test
    void aSeedReplaysTheSameFailure() {
        String first = failure(Flaw.DISCARD_IS_FORGOTTEN, 1).orElseThrow().getMessage();

        assertThat(failure(Flaw.DISCARD_IS_FORGOTTEN, 1).orElseThrow()).hasMessage(first);
    }
}
