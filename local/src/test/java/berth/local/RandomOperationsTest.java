package berth.local;

import berth.block.contract.MemoryDirectory;
import berth.block.contract.Seeds;
import berth.block.contract.StoreOracle;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many random operations on the store, compared with the model. {@code -Dberth.seed=N} does one sequence again, {@code
 * -Dberth.operations=N} says how many operations there are in all, of which a fifth is done here and the rest over NBD.
 */
final class RandomOperationsTest {
    /** Operations in all, those over NBD included. */
    private static final int OPERATIONS = 100_000;
    /** Operations of a seed in all. */
    private static final int PER_SEED = 10_000;
    /** Those of them that are done here. */
    private static final int SEQUENCE = 2000;

    private static long operations;

    @TempDir(factory = MemoryDirectory.class)
    Path directory;

    static LongStream seeds() {
        return Seeds.consecutive("berth.operations", OPERATIONS, PER_SEED);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theStoreDoesWhatTheModelDoes(long seed) {
        StoreOracle.quick((where, sources) -> LocalStore.open(where, sources, CrashDisk.bounds(seed)), directory, seed)
                .run(SEQUENCE);
        operations += SEQUENCE;
    }

    @AfterAll
    static void count() {
        System.out.println("Operations compared with the model: " + operations);
    }
}
