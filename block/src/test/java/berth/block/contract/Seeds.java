package berth.block.contract;

import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;

/** The seeds of random tests. {@code -Dberth.seed=N} names the first one, so that a failure can be repeated. */
public final class Seeds {
    private Seeds() {}

    /**
     * Consecutive seeds.
     *
     * @param count the name of the property that says how many there are to be
     * @param usual how many there are where nobody says so; only one if the first one is named
     */
    public static LongStream consecutive(String count, int usual) {
        Long named = Long.getLong("berth.seed");
        long first = named != null ? named : ThreadLocalRandom.current().nextLong(1L << 40);
        return LongStream.range(first, first + Integer.getInteger(count, named != null ? 1 : usual));
    }
}
