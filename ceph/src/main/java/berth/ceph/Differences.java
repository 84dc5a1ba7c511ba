package berth.ceph;

import berth.block.DiffSink;
import berth.block.Extent;
import berth.block.ExtentMerger;
import berth.block.ExtentSink;
import berth.ceph.lib.RbdFeatures;
import berth.ceph.lib.RbdImage;
import berth.ceph.lib.RbdImage.DiffRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is where in an open image, and what changed since a snapshot. Every method asks the cluster, and blocks.
 *
 * <p>First the object map says which objects matter (fast-diff), without asking any OSD; then the OSDs say what is in
 * them. What is told is whole blocks of 4 KiB. Of an object without snapshots an OSD tells only where it ends, so all
 * before its end counts as data.
 */
final class Differences {
    private static final int BLOCK = 4096;
    /** How much is asked of the object map at a time. */
    private static final long MAPPED_BYTES = 1L << 40;
    /** How much is asked of the OSDs at a time. */
    private static final long EXACT_BYTES = 1L << 30;

    private final RbdImage image;
    private final Optional<String> from;
    private final boolean withParent;
    private final @Nullable ObjectIndex index;

    /** A run of blocks. */
    private record Run(long start, long end, boolean exists) {}

    private Differences(RbdImage image, Optional<String> from, boolean withParent, @Nullable ObjectIndex index) {
        this.image = image;
        this.from = from;
        this.withParent = withParent;
        this.index = index;
    }

    /**
     * What differs from a snapshot, or from nothing; what shows through from the parent counts.
     *
     * @param index keeps what the object map says of an image that does not change
     */
    static Differences from(Optional<String> snapshot, RbdImage image, @Nullable ObjectIndex index) {
        return new Differences(image, snapshot, true, index);
    }

    /** What differs from a snapshot, or from nothing, in the image's own objects. */
    static Differences ownFrom(Optional<String> snapshot, RbdImage image) {
        return new Differences(image, snapshot, false, null);
    }

    /** Tells the extents that a range consists of. See {@link #from}. */
    static void extents(RbdImage image, @Nullable ObjectIndex index, long offset, long length, ExtentSink sink) {
        ExtentMerger merger = new ExtentMerger(sink);
        long[] at = {offset};
        from(Optional.empty(), image, index).tell(offset, length, (start, n, exists) -> {
            merger.accept(at[0], start - at[0], Extent.Kind.UNALLOCATED);
            merger.accept(start, n, exists ? Extent.Kind.DATA : Extent.Kind.ZERO);
            at[0] = start + n;
        });
        merger.accept(at[0], offset + length - at[0], Extent.Kind.UNALLOCATED);
        merger.finish();
    }

    /** Tells the differences in a range, in ascending order. */
    void tell(long offset, long length, DiffSink sink) {
        if (length == 0) {
            return;
        }
        long start = offset - offset % BLOCK;
        long end = Math.min(image.size(), (offset + length + BLOCK - 1) / BLOCK * BLOCK);
        DiffSink cut = (at, n, exists) -> {
            long first = Math.max(at, offset);
            long last = Math.min(at + n, offset + length);
            if (first < last) {
                sink.accept(first, last - first, exists);
            }
        };
        boolean fast = (image.features() & RbdFeatures.FAST_DIFF_BIT) != 0 && image.flags() == 0;
        if (!fast) {
            tellExactly(start, end, cut);
            return;
        }
        for (long at = start; at < end; at += MAPPED_BYTES) {
            for (Run objects : objects(at, Math.min(end, at + MAPPED_BYTES))) {
                tellExactly(objects.start(), objects.end(), cut);
            }
        }
    }

    /** The objects that matter, whole, neighbours joined. */
    private List<Run> objects(long start, long end) {
        List<Run> runs = new ArrayList<>();
        DiffSink add = (at, n, exists) -> runs.add(new Run(at, at + n, true));
        if (index == null) {
            tellObjects(start, end, add);
        } else {
            index.tell(from, start, end, all -> tellObjects(0, image.size(), all), add);
        }
        return joined(runs);
    }

    /** Tells the objects that matter, whole, as the object map has it. */
    private void tellObjects(long start, long end, DiffSink sink) {
        for (long at = start; at < end; at += MAPPED_BYTES) {
            image.diff(new DiffRange(from, at, Math.min(MAPPED_BYTES, end - at), withParent, true), sink);
        }
    }

    private void tellExactly(long start, long end, DiffSink sink) {
        for (long at = start; at < end; at += EXACT_BYTES) {
            List<Run> runs = new ArrayList<>();
            image.diff(
                    new DiffRange(from, at, Math.min(EXACT_BYTES, end - at), withParent, false),
                    (offset, n, exists) -> runs.add(new Run(offset, offset + n, exists)));
            blocks(joined(runs)).forEach(run -> sink.accept(run.start(), run.end() - run.start(), run.exists()));
        }
    }

    private static List<Run> joined(List<Run> runs) {
        List<Run> sorted = new ArrayList<>(runs);
        sorted.sort(Comparator.comparingLong(Run::start));
        List<Run> joined = new ArrayList<>();
        for (Run run : sorted) {
            Run last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && last.exists() == run.exists() && run.start() <= last.end()) {
                joined.set(joined.size() - 1, new Run(last.start(), Math.max(last.end(), run.end()), run.exists()));
            } else {
                joined.add(run);
            }
        }
        return joined;
    }

    /** Makes whole blocks of runs. A block that is data in part, or became zero in part, is data. */
    private List<Run> blocks(List<Run> runs) {
        long size = image.size();
        List<Run> blocks = new ArrayList<>();
        for (Run run : runs) {
            long first = run.start() / BLOCK * BLOCK;
            long last = Math.min(size, (run.end() + BLOCK - 1) / BLOCK * BLOCK);
            long firstWhole = run.exists() ? last : Math.min(last, (run.start() + BLOCK - 1) / BLOCK * BLOCK);
            long lastWhole = run.end() == size ? size : Math.max(firstWhole, run.end() / BLOCK * BLOCK);
            append(blocks, new Run(first, Math.min(firstWhole, last), true));
            append(blocks, new Run(firstWhole, Math.min(lastWhole, last), false));
            append(blocks, new Run(Math.max(firstWhole, Math.min(lastWhole, last)), last, true));
        }
        return blocks;
    }

    /** Appends what begins at or within the last run; of a block that is in both, data wins. */
    private static void append(List<Run> blocks, Run next) {
        if (next.start() >= next.end()) {
            return;
        }
        Run last = blocks.isEmpty() ? null : blocks.getLast();
        if (last == null || last.end() <= next.start()) {
            blocks.add(next);
        } else if (last.exists() == next.exists()) {
            blocks.set(blocks.size() - 1, new Run(last.start(), Math.max(last.end(), next.end()), last.exists()));
        } else if (last.exists()) {
            append(blocks, new Run(last.end(), next.end(), false));
        } else {
            blocks.removeLast();
            append(blocks, new Run(last.start(), next.start(), false));
            blocks.add(next);
        }
    }

    /** The bytes of all blocks that exist. */
    long existingBytes() {
        long[] bytes = {0};
        tell(0, image.size(), (at, n, exists) -> bytes[0] += exists ? n : 0);
        return bytes[0];
    }
}
