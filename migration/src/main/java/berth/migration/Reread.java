package berth.migration;

import berth.block.Fill;
import berth.block.ObjectDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What reading the target again has shown so far: of each object, whether it has the digest that was recorded when it was
 * copied. Safe for use by several threads, which take objects in about ascending order.
 */
final class Reread {
    private final String targetId;
    private final RangeCollector ranges;
    private final BitSet read = new BitSet();
    private final SortedSet<Long> wrong = new TreeSet<>();

    /**
     * Nothing yet.
     *
     * @param targetId the image that is read
     * @param objects how many objects it has
     * @param points how many points in time
     */
    Reread(String targetId, long objects, int points) {
        this.targetId = targetId;
        this.ranges = new RangeCollector(objects, points, RangeDigests.rangeObjects(objects, points));
    }

    /** The image that is read. */
    String targetId() {
        return targetId;
    }

    /** Reads an object again, unless it was before. */
    void check(Fill fill, long object) {
        if (has(object)) {
            return;
        }
        List<ObjectDigest> points = new ArrayList<>();
        boolean equal = fill.reread(object, points::add).equals(fill.recorded(object));
        ranges.add(object, points);
        note(object, equal);
    }

    private synchronized boolean has(long object) {
        return read.get((int) object);
    }

    private synchronized void note(long object, boolean equal) {
        read.set((int) object);
        if (!equal) {
            wrong.add(object);
        }
    }

    /** The objects that differ. */
    synchronized SortedSet<Long> wrong() {
        return new TreeSet<>(wrong);
    }

    /** The digests of what the target holds, once everything was read. */
    RangeDigests ranges() {
        return ranges.ranges();
    }
}
