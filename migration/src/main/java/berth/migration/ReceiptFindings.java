package berth.migration;

import berth.block.ImageSpec;
import java.util.List;

/**
 * What a {@link ReceiptCheck} found.
 *
 * @param image the image that the disk became, under the name that it has now
 * @param points what became of the points in time of the disk, oldest first; the last one is the disk as it is now
 * @param source what became of the source
 */
public record ReceiptFindings(ImageSpec image, List<Point> points, SourceFinding source) {
    public ReceiptFindings {
        points = List.copyOf(points);
    }

    /** What a comparison came to. */
    public enum Outcome {
        /** Everything is what the receipt states. */
        SAME,
        /** Something is not. */
        DIFFERENT,
        /** There is nothing to compare with any more. */
        GONE,
        /** Not compared: the receipt does not state it, or it was not asked for. */
        NOT_COMPARED
    }

    /**
     * A part of a disk.
     *
     * @param offset its first byte
     * @param length how many bytes, at least 1
     */
    public record Range(long offset, long length) {}

    /**
     * What became of a point in time.
     *
     * @param name the snapshot's name; empty for the disk itself
     * @param outcome what the comparison came to
     * @param ranges how many ranges were compared
     * @param differing those that differ, in order
     * @param remark what else there is to say; may be empty
     */
    public record Point(String name, Outcome outcome, long ranges, List<Range> differing, String remark) {
        public Point {
            differing = List.copyOf(differing);
        }

        /** Nothing to compare, or not compared. */
        static Point without(String name, Outcome outcome, String remark) {
            return new Point(name, outcome, 0, List.of(), remark);
        }
    }

    /**
     * What became of the source.
     *
     * @param outcome what the comparison of all its points in time came to
     * @param changes what it says of itself that is not what it said when the migration was prepared
     * @param points its points in time, as far as they were compared
     * @param remark what else there is to say; may be empty
     */
    public record SourceFinding(Outcome outcome, List<String> changes, List<Point> points, String remark) {
        public SourceFinding {
            changes = List.copyOf(changes);
            points = List.copyOf(points);
        }

        /** Nothing to compare, or not compared. */
        static SourceFinding without(Outcome outcome, String remark) {
            return new SourceFinding(outcome, List.of(), List.of(), remark);
        }
    }

    /** All of it in one word, the gravest first. */
    public enum Verdict {
        /** A snapshot that was carried over is not what it was: it cannot be written, so the store damaged it. */
        SNAPSHOT_DIFFERS,
        /** The source is not what was copied. */
        SOURCE_DIFFERS,
        /** Nothing contradicts the receipt, but not everything that it states is there to be compared. */
        INCOMPLETE,
        /** All snapshots are the same; the disk itself differs, as one that is in use does. */
        WRITTEN_SINCE,
        /** Everything in the store is what the receipt states, and the source, too, if it was compared. */
        PROVEN
    }

    /** All of it in one word. A source that is gone is none of the store's business. */
    public Verdict verdict() {
        List<Point> snapshots = points.subList(0, points.size() - 1);
        Outcome disk = points.getLast().outcome();
        if (snapshots.stream().anyMatch(point -> point.outcome() == Outcome.DIFFERENT)) {
            return Verdict.SNAPSHOT_DIFFERS;
        }
        if (source.outcome() == Outcome.DIFFERENT) {
            return Verdict.SOURCE_DIFFERS;
        }
        if (disk == Outcome.NOT_COMPARED || snapshots.stream().anyMatch(point -> point.outcome() != Outcome.SAME)) {
            return Verdict.INCOMPLETE;
        }
        return disk == Outcome.SAME ? Verdict.PROVEN : Verdict.WRITTEN_SINCE;
    }
}
