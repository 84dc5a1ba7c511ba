package berth.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Power is lost at random moments. {@code -Dberth.seed=N} does one run again, {@code -Dberth.crash.runs=N} says how many
 * runs there are, of {@link CrashRun#CRASHES} crashes each.
 */
final class CrashTest {
    private static final int RUNS = Integer.getInteger("berth.crash.runs", 40);

    static LongStream seeds() {
        Long seed = Long.getLong("berth.seed");
        long first = ThreadLocalRandom.current().nextLong(1L << 40);
        return seed != null ? LongStream.of(seed) : LongStream.range(first, first + RUNS);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatWasFlushedSurvivesThePowerAndNothingOlderIsDamaged(long seed) {
        CrashRun run = new CrashRun(seed);
        try {
            run.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("-Dberth.seed=" + seed + ": " + run.log() + "\n" + e.getMessage(), e);
        }
        assertThat(run.crashes()).isEqualTo(CrashRun.CRASHES);
    }
}
