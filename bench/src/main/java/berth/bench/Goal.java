package berth.bench;

import java.util.Locale;

/** What a row has to reach: a ratio to the peer's value, or a value of its own. */
public sealed interface Goal {
    /**
     * Berth's value divided by the peer's: at least {@code ratio} where more is better, at most where less is.
     *
     * @param ratio greater than 0
     */
    record Ratio(double ratio) implements Goal {}

    /**
     * Berth's value alone: at least {@code value} where more is better, at most where less is.
     *
     * @param value in the row's unit
     */
    record Absolute(double value) implements Goal {}

    /**
     * Where less is better: Berth's value is at most the peer's and {@code value} more.
     *
     * @param value in the row's unit
     */
    record Beyond(double value) implements Goal {}

    /** The row is there to be seen only. */
    record None() implements Goal {}

    /** Whether the medians reach the goal. */
    default boolean reachedBy(Row row) {
        return switch (this) {
            case Ratio(double ratio) -> reaches(row.unit(), row.ratio(), ratio);
            case Absolute(double value) -> reaches(row.unit(), row.berth().median(), value);
            case Beyond(double value) ->
                row.berth().median() <= row.peer().orElseThrow().values().median() + value;
            case None() -> true;
        };
    }

    /** The goal in a table. */
    default String described(Unit unit) {
        String sign = unit.moreIsBetter() ? "≥ " : "≤ ";
        return switch (this) {
            case Ratio(double ratio) -> sign + String.format(Locale.ROOT, "%.2f×", ratio);
            case Absolute(double value) -> sign + unit.format(value) + " " + unit.label();
            case Beyond(double value) -> "≤ peer + " + unit.format(value) + " " + unit.label();
            case None() -> "-";
        };
    }

    private static boolean reaches(Unit unit, double is, double should) {
        return unit.moreIsBetter() ? is >= should : is <= should;
    }
}
