package berth.bench;

import java.util.Locale;

/** What a row counts, and whether more of it is better. */
public enum Unit {
    /** Operations per second. */
    IOPS("IOPS", true),
    /** Mebibytes per second. */
    MIB_PER_SECOND("MiB/s", true),
    /** Seconds of wall time. */
    SECONDS("s", false),
    /** Milliseconds of wall time. */
    MILLISECONDS("ms", false),
    /** Mebibytes of memory. */
    MIB("MiB", false);

    private final String label;
    private final boolean moreIsBetter;

    Unit(String label, boolean moreIsBetter) {
        this.label = label;
        this.moreIsBetter = moreIsBetter;
    }

    /** The name of the unit in a table. */
    public String label() {
        return label;
    }

    /** Whether a larger value is the better one. */
    public boolean moreIsBetter() {
        return moreIsBetter;
    }

    /** A value with three digits that mean something. */
    public String format(double value) {
        int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
