package berth.migration;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.Problem;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The record of one migration in its store. It is held by the target's id, because the target may be renamed while it is
 * being filled. Safe for use by several threads.
 */
final class MoveRecord {
    /** How often a step is tried again when the target is renamed at the same moment. */
    private static final int RENAMES = 5;

    private static final Set<Problem> NAMED_OTHERWISE = EnumSet.of(Problem.IMAGE_NOT_FOUND, Problem.NOT_MIGRATING);

    private final MigrationStore store;
    private final String targetId;
    /** What the target was called when it was last looked at. */
    private volatile ImageSpec target;

    /**
     * The migration of an image.
     *
     * @param image the target, or the source in the trash
     * @throws BlockException {@link Problem#NOT_MIGRATING}, {@link Problem#IMAGE_NOT_FOUND}
     */
    MoveRecord(MigrationStore store, ImageSpec image) {
        this.store = store;
        MigrationRecord record = store.migration(image);
        this.targetId = record.targetId();
        this.target = record.target();
    }

    String targetId() {
        return targetId;
    }

    /** The record as it is now. @throws BlockException {@link Problem#NOT_MIGRATING} when it has ended */
    MigrationRecord current() {
        MigrationRecord found = underItsName().orElseGet(this::amongAll);
        target = found.target();
        return found;
    }

    /** Mostly the target has the name that it had, and to list all migrations can take a store long. */
    private Optional<MigrationRecord> underItsName() {
        try {
            return Optional.of(store.migration(target)).filter(this::isMine);
        } catch (BlockException e) {
            if (NAMED_OTHERWISE.contains(e.problem())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private boolean isMine(MigrationRecord record) {
        return record.targetId().equals(targetId);
    }

    private MigrationRecord amongAll() {
        return store.migrations().stream()
                .filter(this::isMine)
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
            ImageSpec named = current().target();
            try {
                return store.update(named, state, attributes);
            } catch (BlockException e) {
                if (!NAMED_OTHERWISE.contains(e.problem()) || attempt == RENAMES) {
                    throw e;
                }
            }
        }
    }
}
