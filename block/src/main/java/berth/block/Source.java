package berth.block;

import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Something to migrate from: a disk with its history of snapshots. Never written to. Safe for use by several threads.
 */
public interface Source extends AutoCloseable {
    /**
     * One point in time of the source.
     *
     * @param name the snapshot's name; empty for the disk as it is now
     * @param isProtected whether the snapshot is protected
     * @param created when it was taken, if known
     * @param reader its bytes; closed with the source
     */
    record Point(String name, boolean isProtected, Optional<Instant> created, BlockReader reader) {}

    /** The points in time, oldest first; the last one is the disk as it is now and has no name. */
    List<Point> points();

    /**
     * Checks that an image can have the source's points in time.
     *
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} for a name or size that no image can have,
     *     {@link Problem#SNAPSHOT_EXISTS} when two points in time have one name
     */
    default void requireImportable() {
        Set<String> names = new HashSet<>();
        List<Point> all = points();
        for (Point point : all.subList(0, all.size() - 1)) {
            if (!names.add(Names.check("snapshot", point.name()))) {
                throw new BlockException(
                        Problem.SNAPSHOT_EXISTS, "the source has two snapshots of the name '" + point.name() + "'");
            }
        }
        all.forEach(point -> Limits.checkImageBytes(point.reader().size()));
    }

    /**
     * Where a point can differ from the point before it, the first one from zeroes: every changed byte is in an extent
     * of kind {@link Extent.Kind#DATA} (maybe also unchanged ones), the rest is {@link Extent.Kind#UNALLOCATED}.
     */
    default void changes(int point, long offset, long length, ExtentSink sink) {
        if (length > 0) {
            sink.accept(offset, length, Extent.Kind.DATA);
        }
    }

    /**
     * What tells whether the source's bytes are still the same: for each file or object its size, modification time,
     * inode or ETag. Computed anew at each call.
     *
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND}, {@link Problem#IO}
     */
    Map<String, String> validators();

    /** What describes the source well enough to open it again, as JSON without secrets. */
    String description();

    @Override
    void close();
}
