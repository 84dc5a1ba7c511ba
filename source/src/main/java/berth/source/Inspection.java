package berth.source;

import berth.block.Extent;
import berth.block.Source;
import berth.source.qcow.Finding;
import java.util.ArrayList;
import java.util.List;

/**
 * What a source is made of and whether its metadata are sound, found without reading data.
 *
 * @param files its files, the head's first; none for a snapshot of a store
 * @param points its points in time, oldest first; none when there are problems
 * @param problems what is wrong; none means that reading cannot fail on the format
 */
public record Inspection(List<ChainFile> files, List<PointTotal> points, List<Finding> problems) {
    /**
     * A point in time.
     *
     * @param name the snapshot's name; empty for the disk as it is now
     * @param sizeBytes the size of the disk
     * @param dataBytes how many bytes of it are stored
     */
    public record PointTotal(String name, long sizeBytes, long dataBytes) {}

    public Inspection {
        files = List.copyOf(files);
        points = List.copyOf(points);
        problems = List.copyOf(problems);
    }

    /** Inspects a source. */
    public static Inspection of(Source source) {
        List<ChainFile> files = List.of();
        List<Finding> problems = List.of();
        if (source instanceof DiskSource disk) {
            files = disk.files();
            problems = disk.check();
        }
        List<PointTotal> points = new ArrayList<>();
        if (problems.isEmpty()) {
            for (Source.Point point : source.points()) {
                points.add(total(point));
            }
        }
        return new Inspection(files, points, problems);
    }

    private static PointTotal total(Source.Point point) {
        long[] dataBytes = {0};
        long size = point.reader().size();
        point.reader().extents(0, size, (offset, length, kind) -> {
            if (kind == Extent.Kind.DATA) {
                dataBytes[0] += length;
            }
        });
        return new PointTotal(point.name(), size, dataBytes[0]);
    }
}
