package berth.block.contract;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares a store with the model over random operations. {@code -Dberth.seed=N} does one sequence again.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // A deadlock must fail.
abstract class OracleContract {

    @TempDir
    Path directory;

    /** How the store is opened. */
    protected abstract StoreFixture fixture();

    static LongStream seeds() {
        return Optional.ofNullable(Long.getLong("berth.seed"))
                .map(LongStream::of)
                .orElseGet(() -> LongStream.concat(
                        LongStream.rangeClosed(1, 8),
                        LongStream.of(ThreadLocalRandom.current().nextLong())));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theStoreDoesWhatTheModelDoes(long seed) {
        StoreFixture fixture = fixture();
        int operations =
                Integer.getInteger("berth.oracle.operations", fixture.traits().operations());
        new StoreOracle(fixture, directory, seed).run(operations);
    }
}
