package berth.ceph;

import berth.block.BlockException;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the cluster keeps of a migration, as metadata of the image that is being filled: JSON, so that whoever looks at
 * the image with {@code rbd image-meta} can tell what it is.
 *
 * @param format the version of this form
 * @param kind how the image is filled
 * @param target the name that the image has, or will have
 * @param description what the source is opened with
 * @param state where the migration stands
 * @param points the points in time that are carried over, oldest first; the last one is the disk itself
 * @param attributes what the mover keeps
 */
record StoredMove(
        int format,
        Kind kind,
        String target,
        String description,
        MigrationState state,
        List<Point> points,
        Map<String, String> attributes) {
    /** The key of the image's metadata. */
    static final String KEY = "berth.migration";

    /** The only format so far. */
    static final int FORMAT = 1;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    /** How an image is filled. */
    enum Kind {
        /** Into an image under another name, which gets its own when it is committed. */
        COPY
    }

    /**
     * A point in time.
     *
     * @param name the snapshot's name; empty for the disk itself
     * @param sizeBytes how large the disk was then
     * @param isProtected whether the snapshot is protected
     */
    record Point(String name, long sizeBytes, boolean isProtected) {}

    StoredMove {
        points = List.copyOf(points);
        attributes = Map.copyOf(attributes);
    }

    /** The points in time of a source. */
    static List<Point> points(Source source) {
        List<Point> points = new ArrayList<>();
        for (Source.Point point : source.points()) {
            points.add(new Point(point.name(), point.reader().size(), point.isProtected()));
        }
        return points;
    }

    /** The same in another state, with other attributes. */
    StoredMove in(MigrationState newState, Map<String, String> newAttributes) {
        return new StoredMove(format, kind, target, description, newState, points, newAttributes);
    }

    String toJson() {
        return MAPPER.writeValueAsString(this);
    }

    /** @throws BlockException {@link Problem#CORRUPT}, {@link Problem#NEWER_FORMAT} */
    static StoredMove parse(String image, String json) {
        try {
            StoredMove move = MAPPER.readValue(json, StoredMove.class);
            if (move != null && move.format == FORMAT) {
                return move;
            }
            throw new BlockException(
                    Problem.NEWER_FORMAT, "a newer version of berth has begun the migration of image " + image);
        } catch (JacksonException e) {
            throw new BlockException(
                    Problem.CORRUPT, "the metadata " + KEY + " of image " + image + " are not what berth wrote", e);
        }
    }
}
