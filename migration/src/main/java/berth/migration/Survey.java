package berth.migration;

import java.util.List;

/**
 * What was found out about a source.
 *
 * @param files its files in words
 * @param points its points in time, oldest first
 */
record Survey(List<String> files, List<Plan.Point> points) {
    /** Nothing: the source could not be looked at. */
    static final Survey NONE = new Survey(List.of(), List.of());

    Survey {
        files = List.copyOf(files);
        points = List.copyOf(points);
    }

    long bytesToCopy() {
        return points.stream().mapToLong(Plan.Point::bytesToCopy).sum();
    }
}
