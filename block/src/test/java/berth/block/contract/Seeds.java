package berth.block.contract;

import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;

/** The seeds of random tests. {@code -Dberth.seed=N} names the first one, so that a failure can be repeated. */
public final class Seeds {
    private Seeds() {}

    /**
     * As many consecutive seeds as some work needs; only one where the first one is named and the work is not.
     *
     * @param work the name of the property that says how much is to be done
     * @param usual how much is done where nobody says it
     * @param each how much is done with each seed
     */
    public static LongStream consecutive(String work, int usual, int each) {
        Long named = Long.getLong("berth.seed");
        long first = named != null ? named : ThreadLocalRandom.current().nextLong(1L << 40);
        int wanted = Integer.getInteger(work, named != null ? each : usual);
        return LongStream.range(first, first + Math.ceilDiv(wanted, each));
    }
}
