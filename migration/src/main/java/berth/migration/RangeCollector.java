package berth.migration;

import berth.block.ObjectDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes {@link RangeDigests} of the digests of objects, which may come out of order, but not far: what is early is kept
 * until its turn. Safe for use by several threads.
 */
final class RangeCollector {
    private final long objects;
    private final long rangeObjects;
    private final List<List<String>> roots = new ArrayList<>();
    private final List<DigestTree> open = new ArrayList<>();
    private final Map<Long, List<ObjectDigest>> early = new HashMap<>();
    private long next;

    /**
     * A collector.
     *
     * @param objects how many objects there are
     * @param points for how many points in time each has a digest
     * @param rangeObjects how many objects a range has
     */
    RangeCollector(long objects, int points, long rangeObjects) {
        this.objects = objects;
        this.rangeObjects = rangeObjects;
        for (int i = 0; i < points; i++) {
            roots.add(new ArrayList<>());
            open.add(new DigestTree());
        }
    }

    /** Takes the digests of an object, each object once. */
    synchronized void add(long object, List<ObjectDigest> points) {
        if (points.size() != open.size()) {
            throw new IllegalArgumentException("an object has " + points.size() + " digests, not " + open.size());
        }
        early.put(object, points);
        for (List<ObjectDigest> ready = early.remove(next); ready != null; ready = early.remove(next)) {
            take(ready);
        }
    }

    private void take(List<ObjectDigest> points) {
        next++;
        boolean ends = next % rangeObjects == 0 || next == objects;
        for (int i = 0; i < open.size(); i++) {
            open.get(i).add(points.get(i));
            if (ends) {
                roots.get(i).add(open.get(i).root());
                open.set(i, new DigestTree());
            }
        }
    }

    /** What became of them, once all have come. */
    synchronized RangeDigests ranges() {
        if (next != objects) {
            throw new IllegalStateException("only " + next + " of " + objects + " objects have come");
        }
        return new RangeDigests(rangeObjects, roots);
    }
}
