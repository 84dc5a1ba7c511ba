package berth.migration;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.List;
import java.util.stream.LongStream;

/**
 * What a disk held at each of its points in time, range by range. With it each point in time can be proven by itself, and
 * where it differs can be told, as long as there is something to compare it with.
 *
 * @param objects how many objects a range has: a power of two, 1 unless the disk is large; the last range may have less
 * @param points for each point in time, oldest first, the root over the digests of each range's objects; see {@link
 *     DigestTree}. An object's digest is what {@link berth.block.ObjectHasher#point} gives for this point in time
 */
public record RangeDigests(long objects, List<List<String>> points) {
    /** How many roots there are at most, as long as every point in time has one: a receipt stays below 1 MiB. */
    static final long MAX_ROOTS = 8192;

    public RangeDigests {
        points = points.stream().map(List::copyOf).toList();
    }

    /** The smallest power of two of objects for which the ranges of all points in time are at most {@link #MAX_ROOTS}. */
    static long rangeObjects(long objects, int points) {
        return LongStream.iterate(1, range -> range << 1)
                .filter(range -> range >= objects || Math.ceilDiv(objects, range) * points <= MAX_ROOTS)
                .findFirst()
                .orElseThrow();
    }

    /**
     * Checks that this tells of a disk.
     *
     * @param objects the disk's objects
     * @param pointCount its points in time
     * @throws BlockException {@link Problem#MALFORMED}
     */
    void requireFits(long objects, int pointCount) {
        boolean power = this.objects > 0 && Long.bitCount(this.objects) == 1;
        if (!power
                || points.size() != pointCount
                || points.stream().anyMatch(roots -> roots.size() != Math.ceilDiv(objects, this.objects))) {
            throw new BlockException(Problem.MALFORMED, "the receipt's digests do not fit the disk that it tells of");
        }
    }
}
