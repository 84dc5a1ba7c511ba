package berth.migration;

import berth.block.Progress;

/**
 * A part of a longer operation's progress: what the part reports is mapped to its share.
 *
 * @param whole the operation's progress, in {@link #UNITS}
 * @param from where the part begins, in units
 * @param to where it ends
 */
record PhaseProgress(Progress whole, long from, long to) implements Progress {
    /** The units of the whole. */
    static final long UNITS = 1000;

    @Override
    public boolean update(long done, long total) {
        long share = total == 0 ? to - from : (long) ((double) done / total * (to - from));
        return whole.update(from + share, UNITS);
    }
}
