package berth.local;

import berth.block.contract.StoreOracle;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many random operations on the store, compared with the model. {@code -Dberth.seed=N} does one sequence again, {@code
 * -Dberth.operations=N} says how many operations there are in all.
 */
final class RandomOperationsTest {
    private static final int OPERATIONS = Integer.getInteger("berth.operations", 20_000);
    /** Operations of a sequence. */
    private static final int SEQUENCE = 2000;

    private static long operations;

    @TempDir
    Path directory;

    static LongStream seeds() {
        Long seed = Long.getLong("berth.seed");
        long first = ThreadLocalRandom.current().nextLong(1L << 40);
        return seed != null ? LongStream.of(seed) : LongStream.range(first, first + Math.ceilDiv(OPERATIONS, SEQUENCE));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void theStoreDoesWhatTheModelDoes(long seed) {
        StoreOracle.quick(LocalStore::open, directory, seed).run(SEQUENCE);
        operations += SEQUENCE;
    }

    @AfterAll
    static void count() {
        System.out.println("Operations compared with the model: " + operations);
    }
}
