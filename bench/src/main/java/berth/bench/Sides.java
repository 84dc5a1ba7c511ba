package berth.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Something that both sides of a comparison have.
 *
 * @param berth Berth's
 * @param peer the peer's
 */
public record Sides<T>(T berth, T peer) {
    /** One round of one side. */
    public interface Round {
        /**
         * Does the work once.
         *
         * @param round counts from 1; 0 is the round that warms up and is not reported
         * @return the value measured
         */
        double run(int round);
    }

    /**
     * Lets the sides take turns. Who begins changes from round to round, so that neither always finds what the other has
     * left.
     *
     * @param rounds how many rounds are reported, at least 1
     */
    public static Sides<Series> takeTurns(int rounds, Sides<Round> sides) {
        List<Double> berth = new ArrayList<>();
        List<Double> peer = new ArrayList<>();
        sides.berth().run(0);
        sides.peer().run(0);
        for (int round = 1; round <= rounds; round++) {
            if (round % 2 == 1) {
                berth.add(sides.berth().run(round));
            }
            peer.add(sides.peer().run(round));
            if (round % 2 == 0) {
                berth.add(sides.berth().run(round));
            }
        }
        return new Sides<>(new Series(berth), new Series(peer));
    }

    /** Runs one side alone. */
    public static Series alone(int rounds, Round side) {
        List<Double> values = new ArrayList<>();
        for (int round = 0; round <= rounds; round++) {
            double value = side.run(round);
            if (round > 0) {
                values.add(value);
            }
        }
        return new Series(values);
    }
}
