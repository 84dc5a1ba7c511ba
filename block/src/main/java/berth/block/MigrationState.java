package berth.block;

import java.util.Locale;

/** Where a migration stands. A committed or aborted migration has no record any more. */
public enum MigrationState {
    /** The target can be used; nothing has been copied. */
    PREPARED,
    /** Copying, or interrupted while copying. */
    EXECUTING,
    /** Everything has been copied. */
    EXECUTED,
    /** The commit has begun and can only go forward. */
    COMMITTING,
    /** The abort has begun and can only go forward. */
    ABORTING;

    /** The word that {@code rbd status} prints. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
