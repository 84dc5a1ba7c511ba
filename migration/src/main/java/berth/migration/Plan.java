package berth.migration;

import berth.block.BlockException;
import berth.block.Problem;
import com.fasterxml.jackson.annotation.JsonGetter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a move would do, and everything that stands in its way.
 *
 * @param kind {@code linked} or {@code import}
 * @param source the image, or what describes the source
 * @param target pool and name of the target
 * @param order the binary logarithm of the target's object size
 * @param files the files that the source is made of, the disk's own first and the files below it after; of an image of the
 *     store, its parent
 * @param points the points in time that are carried over, oldest first
 * @param space the space it takes
 * @param estimate how long it takes
 * @param problems what stands in the way; none when the move can be prepared
 */
public record Plan(
        String kind,
        String source,
        String target,
        int order,
        List<String> files,
        List<Point> points,
        Space space,
        Optional<Estimate> estimate,
        List<Obstacle> problems) {
    /**
     * A point in time.
     *
     * @param name the snapshot's name; empty for the disk as it is now
     * @param sizeBytes the size of the disk
     * @param bytesToCopy what has to be copied for it beyond the point before
     * @param isProtected whether the snapshot is protected
     */
    public record Point(String name, long sizeBytes, long bytesToCopy, boolean isProtected) {}

    /**
     * The space that the move takes.
     *
     * @param neededBytes what the target takes at most
     * @param availableBytes what is free; empty when not known
     */
    public record Space(long neededBytes, OptionalLong availableBytes) {}

    /**
     * How long the move takes.
     *
     * @param seconds the time
     * @param bytesPerSecond the rate that it is computed with
     * @param measured whether the rate was measured by reading a part of the source, not given
     */
    public record Estimate(long seconds, long bytesPerSecond, boolean measured) {
        static Estimate of(long bytes, long bytesPerSecond, boolean measured) {
            return new Estimate((bytes + bytesPerSecond - 1) / bytesPerSecond, bytesPerSecond, measured);
        }
    }

    /**
     * Something that stands in the way.
     *
     * @param problem its kind
     * @param message what it is, and what to do
     * @param blockers the names of what stands in the way
     */
    public record Obstacle(Problem problem, String message, List<String> blockers) {
        public Obstacle {
            blockers = List.copyOf(blockers);
        }

        static Obstacle of(BlockException e) {
            return new Obstacle(e.problem(), String.valueOf(e.getMessage()), e.blockers());
        }
    }

    public Plan {
        files = List.copyOf(files);
        points = List.copyOf(points);
        problems = List.copyOf(problems);
    }

    /** The size of the disk in bytes; 0 when the source could not be inspected. */
    @JsonGetter("size_bytes")
    public long sizeBytes() {
        return points.isEmpty() ? 0 : points.getLast().sizeBytes();
    }

    /** The bytes to copy for all points in time, as the source's metadata tell; zeroes among them are not written. */
    @JsonGetter("bytes_to_copy")
    public long bytesToCopy() {
        return points.stream().mapToLong(Point::bytesToCopy).sum();
    }

    /** @throws BlockException of the first problem, with all problems in its message, unless there is none */
    public void requireNoProblems() {
        if (problems.isEmpty()) {
            return;
        }
        Obstacle first = problems.getFirst();
        if (problems.size() == 1) {
            throw new BlockException(first.problem(), first.message(), first.blockers());
        }
        List<String> messages = problems.stream().map(Obstacle::message).toList();
        throw new BlockException(
                first.problem(),
                problems.size() + " problems stand in the way: " + String.join("; ", messages),
                messages);
    }

    /** The plan for people, some lines. */
    public String text() {
        return PlanText.of(this);
    }

    /** The plan as JSON, with {@code size_bytes} and {@code bytes_to_copy} beside the fields of this record. */
    public String toJson() {
        return Json.pretty(this);
    }
}
