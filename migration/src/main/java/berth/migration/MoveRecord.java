package berth.migration;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.Problem;
import java.util.Map;

/**
 * The record of one migration in its store. It is held by the target's id, because the target may be renamed while it is
 * being filled. Safe for use by several threads.
 */
final class MoveRecord {
    /** How often a step is tried again when the target is renamed at the same moment. */
    private static final int RENAMES = 5;

    private final MigrationStore store;
    private final String targetId;

    /**
     * The migration of an image.
     *
     * @param image the target, or the source in the trash
     * @throws BlockException {@link Problem#NOT_MIGRATING}, {@link Problem#IMAGE_NOT_FOUND}
     */
    MoveRecord(MigrationStore store, ImageSpec image) {
        this.store = store;
        this.targetId = store.migration(image).targetId();
    }

    String targetId() {
        return targetId;
    }

    /** The record as it is now. @throws BlockException {@link Problem#NOT_MIGRATING} when it has ended */
    MigrationRecord current() {
        return store.migrations().stream()
                .filter(record -> record.targetId().equals(targetId))
                .findFirst()
                .orElseThrow(() -> new BlockException(
                        Problem.NOT_MIGRATING, "the migration to the image with id " + targetId + " has ended"));
    }

    /** Moves the record to a state, with other notes. */
    MigrationRecord update(MigrationState state, MoveNotes notes) {
        return update(state, notes.toAttributes());
    }

    /** Moves the record to a state, with the notes it has. */
    MigrationRecord update(MigrationState state) {
        return update(state, current().attributes());
    }

    private MigrationRecord update(MigrationState state, Map<String, String> attributes) {
        for (int attempt = 0; ; attempt++) {
            ImageSpec target = current().target();
            try {
                return store.update(target, state, attributes);
            } catch (BlockException e) {
                boolean renamed = e.problem() == Problem.IMAGE_NOT_FOUND || e.problem() == Problem.NOT_MIGRATING;
                if (!renamed || attempt == RENAMES) {
                    throw e;
                }
            }
        }
    }
}
