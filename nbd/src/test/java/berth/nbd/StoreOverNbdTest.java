package berth.nbd;

import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many random requests of several connections to an image of a store, compared with the model, while snapshots, clones
 * and migrations happen. {@code -Dberth.seed=N} makes the requests of a sequence again, though not the moments at which
 * they meet; {@code -Dberth.operations=N} says how many requests there are in all.
 */
final class StoreOverNbdTest {
    private static final int OPERATIONS = Integer.getInteger("berth.operations", 80_000);
    /** Requests of a sequence. */
    private static final int SEQUENCE = 8000;

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
