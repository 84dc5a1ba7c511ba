package berth.http;

import berth.block.Extent;
import berth.block.Source;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * For a range of clusters and a point in time of a source: which point in time each cluster's bytes come from, and so
 * which of them are the same as before.
 */
final class ClusterOwners {
    /** The cluster reads as zeroes. */
    static final int NOBODY = -1;

    private final Source source;
    private final List<Source.Point> points;
    private final int clusterBits;

    ClusterOwners(Source source, int clusterBits) {
        this.source = source;
        this.points = source.points();
        this.clusterBits = clusterBits;
    }

    /**
     * The owners at one point in time and at the one before.
     *
     * @param now for each cluster the point in time that has its bytes, or {@link #NOBODY}
     * @param before the same one point in time earlier
     */
    record Owners(int[] now, int[] before) {}

    /** The owners of {@code count} clusters from {@code first} on. */
    Owners at(int point, long first, int count) {
        int[] now = new int[count];
        Arrays.fill(now, NOBODY);
        int[] before = now.clone();
        for (int p = 0; p <= point; p++) {
            if (p == point) {
                before = now.clone();
            }
            advance(now, p, first);
        }
        return new Owners(now, before);
    }

    /** From the owners at the point before to those at {@code point}. */
    private void advance(int[] owners, int point, long first) {
        long size = points.get(point).reader().size();
        long sizeBefore = point == 0 ? 0 : points.get(point - 1).reader().size();
        long start = first << clusterBits;
        long end = Math.min(size, (first + owners.length) << clusterBits);
        BitSet changed = new BitSet();
        BitSet data = new BitSet();
        if (end > start) {
            source.changes(point, start, end - start, marking(changed, first));
            points.get(point).reader().extents(start, end - start, marking(data, first));
        }
        if (size != sizeBefore) {
            // What a cut off cluster holds beyond the end is not what a larger disk has there.
            markCluster(changed, Math.min(size, sizeBefore) >>> clusterBits, first, owners.length);
        }
        long inside = end <= start ? 0 : (end - start + (1L << clusterBits) - 1) >>> clusterBits;
        for (int i = 0; i < owners.length; i++) {
            if (i >= inside) {
                owners[i] = NOBODY;
            } else if (changed.get(i)) {
                owners[i] = data.get(i) ? point : NOBODY;
            }
        }
    }

    private static void markCluster(BitSet set, long cluster, long first, int count) {
        long index = cluster - first;
        if (index >= 0 && index < count) {
            set.set((int) index);
        }
    }

    private berth.block.ExtentSink marking(BitSet set, long first) {
        return (offset, length, kind) -> {
            if (kind == Extent.Kind.DATA) {
                long from = (offset >>> clusterBits) - first;
                long to = ((offset + length - 1) >>> clusterBits) - first + 1;
                set.set((int) from, (int) to);
            }
        };
    }
}
