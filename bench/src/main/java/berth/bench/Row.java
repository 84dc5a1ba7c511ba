package berth.bench;

import java.util.Optional;

/**
 * One line of the report.
 *
 * @param what what was done
 * @param unit what the values count
 * @param berth Berth's values
 * @param peer whom it is compared with
 * @param goal what has to be reached
 */
public record Row(String what, Unit unit, Series berth, Optional<Peer> peer, Goal goal) {
    /**
     * The other side of a comparison.
     *
     * @param name the program and how it was set up
     * @param values its values
     */
    public record Peer(String name, Series values) {}

    /** A comparison. */
    public static Row against(String what, Unit unit, Sides<Series> values, String peer, Goal goal) {
        return new Row(what, unit, values.berth(), Optional.of(new Peer(peer, values.peer())), goal);
    }

    /** A value that stands for itself. */
    public static Row alone(String what, Unit unit, Series values, Goal goal) {
        return new Row(what, unit, values, Optional.empty(), goal);
    }

    /** Berth's median divided by the peer's; not a number where there is no peer. */
    public double ratio() {
        return peer.map(other -> berth.median() / other.values().median()).orElse(Double.NaN);
    }
}
