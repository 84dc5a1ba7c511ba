package berth.migration;

import berth.block.MigrationRecord;
import berth.block.MigrationState;
import java.util.Optional;

/**
 * Where a migration stands.
 *
 * @param record what the store remembers of it
 * @param copied how far copying is, or was at the last checkpoint when it is not going on now; empty before the first
 *     execute
 * @param running whether it is being executed now
 * @param parent the snapshot that the target becomes a clone of when it is committed, as {@code pool/image@snapshot}
 */
public record MigrationStatus(
        MigrationRecord record, Optional<CopyStatus> copied, boolean running, Optional<String> parent) {
    /** What {@code rbd status} adds to the state: {@code 32% complete} while executing, otherwise nothing. */
    public String description() {
        if (record.state() != MigrationState.EXECUTING) {
            return "";
        }
        String byStore = record.attributes().get(MigrationRecord.PROGRESS);
        return byStore == null ? copied.map(CopyStatus::percent).orElse(0) + "% complete" : byStore;
    }

    /** The state as {@code rbd status} prints it: {@code executing (32% complete)}. */
    public String stateText() {
        String more = description();
        return more.isEmpty() ? record.state().toString() : record.state() + " (" + more + ")";
    }
}
