package berth.block.contract;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.ObjectDigest;
import berth.block.Problem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A migration of the model: the record, what was copied, and its digests. Guarded by the model's lock. */
final class ModelMigration {
    /** The object digests, by number; an object is filled when it is in here. */
    final TreeMap<Long, ObjectDigest> digests = new TreeMap<>();
    /** The source's points in time when the migration was prepared, oldest first. */
    final List<SparseBytes> points;

    private final ModelImage target;
    private final @Nullable ModelImage source;
    private final String description;
    private final boolean flatten;
    private MigrationState state = MigrationState.PREPARED;
    private Map<String, String> attributes;
    private long requests;
    private @Nullable ModelFill fill;

    /** Moves an image of the store. */
    ModelMigration(
            ModelImage target,
            ModelImage source,
            boolean flatten,
            List<SparseBytes> points,
            Map<String, String> attributes) {
        this.target = target;
        this.source = source;
        this.description = "";
        this.flatten = flatten;
        this.points = points;
        this.attributes = attributes;
    }

    /** Imports what a description describes. */
    ModelMigration(ModelImage target, String description, List<SparseBytes> points, Map<String, String> attributes) {
        this.target = target;
        this.source = null;
        this.description = description;
        this.flatten = false;
        this.points = points;
        this.attributes = attributes;
    }

    ModelImage target() {
        return target;
    }

    Optional<ModelImage> source() {
        return Optional.ofNullable(source);
    }

    boolean involves(ModelImage image) {
        return image == target || image == source;
    }

    MigrationRecord toRecord() {
        Optional<ImageSpec> sourceSpec = source().map(ModelImage::spec);
        Optional<String> sourceId = source().map(image -> image.id);
        return new MigrationRecord(
                target.spec(), target.id, sourceSpec, sourceId, description, true, state, flatten, attributes);
    }

    MigrationRecord update(MigrationState newState, Map<String, String> newAttributes) {
        state = newState;
        attributes = newAttributes;
        return toRecord();
    }

    long objects() {
        long size = points.stream().mapToLong(SparseBytes::size).max().orElse(0);
        return (size + ModelFill.OBJECT_BYTES - 1) / ModelFill.OBJECT_BYTES;
    }

    void requireFilled() {
        if (digests.size() < objects()) {
            throw new BlockException(
                    Problem.MIGRATION_STATE,
                    "only " + digests.size() + " of " + objects() + " objects of " + target.spec() + " are copied");
        }
    }

    void countRequest() {
        requests++;
    }

    long requests() {
        return requests;
    }

    void opened(ModelFill newFill) {
        if (fill != null) {
            throw new BlockException(Problem.IMAGE_IN_USE, "the migration of " + target.spec() + " is being executed");
        }
        fill = newFill;
    }

    void closeFill() {
        ModelFill open = fill;
        fill = null;
        if (open != null) {
            open.close();
        }
    }
}
