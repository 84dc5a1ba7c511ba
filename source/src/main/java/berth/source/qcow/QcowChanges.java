package berth.source.qcow;

import berth.block.Extent.Kind;
import berth.block.ExtentMerger;
import berth.block.ExtentSink;

/** Finds what differs between two points in time of one image by comparing where their bytes are. */
final class QcowChanges {
    private final QcowReader before;
    private final QcowReader now;
    private final ExtentMerger merger;
    /** Where neither of the two has tables any more. */
    private final long described;

    QcowChanges(QcowReader before, QcowReader now, ExtentSink sink) {
        this.before = before;
        this.now = now;
        this.merger = new ExtentMerger(sink);
        this.described = Math.max(before.map().describedBytes(), now.map().describedBytes());
    }

    void find(long offset, long length) {
        long end = offset + length;
        long shared = Math.clamp(before.size(), offset, end);
        for (long at = offset; at < shared; ) {
            at += findOne(at, shared);
        }
        if (shared < end) {
            // Past its end the earlier point reads as zeroes.
            now.extents(shared, end - shared, (at, n, kind) -> accept(at, n, kind == Kind.DATA));
        }
        merger.finish();
    }

    private long findOne(long at, long end) {
        if (at >= described) {
            accept(at, end - at, false);
            return end - at;
        }
        if (before.map().tableOffset(at) == now.map().tableOffset(at)) {
            long same = Math.min(now.map().nextTable(at), end) - at;
            accept(at, same, false);
            return same;
        }
        Run first = before.map().run(at, end - at);
        Run second = now.map().run(at, first.length());
        accept(at, second.length(), !isSame(first, second));
        return second.length();
    }

    private boolean isSame(Run first, Run second) {
        if (isZero(first, before) && isZero(second, now)) {
            return true;
        }
        return first.kind() == second.kind()
                && first.kind() != Run.Kind.BROKEN
                && first.host() == second.host()
                && first.compressedBytes() == second.compressedBytes();
    }

    private static boolean isZero(Run run, QcowReader reader) {
        return run.kind() == Run.Kind.ZERO
                || (run.kind() == Run.Kind.UNALLOCATED && reader.backing().isEmpty());
    }

    private void accept(long at, long length, boolean changed) {
        merger.accept(at, length, changed ? Kind.DATA : Kind.UNALLOCATED);
    }
}
