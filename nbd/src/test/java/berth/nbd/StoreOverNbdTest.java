package berth.nbd;

import berth.block.contract.MemoryDirectory;
import berth.block.contract.Seeds;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many random requests of several connections to an image of a store, compared with the model, while snapshots, clones
 * and migrations happen. {@code -Dberth.seed=N} makes the requests of a sequence again, though not the moments at which
 * they meet; {@code -Dberth.operations=N} says how many operations there are in all, of which four fifths are done here
 * and the rest on the store directly.
 */
final class StoreOverNbdTest {
    /** Operations in all, those on the store directly included. */
    private static final int OPERATIONS = 100_000;
    /** Operations of a seed in all. */
    private static final int PER_SEED = 10_000;
    /** Those of them that are done here: requests. */
    private static final int SEQUENCE = 8000;

    private static long operations;

    @TempDir(factory = MemoryDirectory.class)
    Path directory;

    static LongStream seeds() {
        return Seeds.consecutive("berth.operations", OPERATIONS, PER_SEED);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyConnectionReadsWhatItWroteWhateverHappensToTheImage(long seed) throws Exception {
        try (ServedStore served = new ServedStore(directory, seed)) {
            try {
                for (int done = 0; done < SEQUENCE; ) {
                    int requests = served.round();
                    done += requests;
                    operations += requests;
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("-Dberth.seed=" + seed + ": " + e.getMessage() + "\n" + served.log(), e);
            }
        }
    }

    @AfterAll
    static void count() {
        System.out.println("Operations compared with the model: " + operations);
    }
}
