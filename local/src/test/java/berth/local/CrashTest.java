package berth.local;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.contract.CrashOracle;
import berth.block.contract.Seeds;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Power is lost at random moments. {@code -Dberth.seed=N} does the run of a seed again, {@code -Dberth.crash-seeds=N} says
 * how many runs there are; both together do so many runs from that seed on.
 */
final class CrashTest {
    private static final int SEEDS = 100;
    /** Losses of power in a run. */
    private static final int CRASHES = 20;

    private static long crashes;
    private static long operations;

    static LongStream seeds() {
        return Seeds.consecutive("berth.crash-seeds", SEEDS, 1);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatWasFlushedSurvivesThePowerAndNothingOlderIsDamaged(long seed) {
        CrashOracle oracle = new CrashOracle(new CrashDisk(new CrashFiles(seed), CrashDisk.bounds(seed)), seed);
        oracle.run(CRASHES);
        assertThat(oracle.crashes()).isGreaterThanOrEqualTo(CRASHES);
        crashes += oracle.crashes();
        operations += oracle.operations();
    }

    @AfterAll
    static void count() {
        System.out.println("Losses of power simulated: " + crashes + ", in " + operations + " operations");
    }
}
