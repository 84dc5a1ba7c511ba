package berth.migration;

import berth.block.BlockException;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.Problem;

/** Which state a step needs. */
final class States {
    private States() {}

    /**
     * The refusal of a step, in the words of {@code librbd}, with what to do.
     *
     * @param needed the state that the step begins in
     */
    static BlockException refuse(MigrationRecord record, MigrationState needed) {
        return new BlockException(
                Problem.MIGRATION_STATE,
                "current migration state is '" + record.state() + "' (should be '" + needed + "'): "
                        + advice(record.state()) + " " + record.target());
    }

    private static String advice(MigrationState state) {
        return switch (state) {
            case PREPARED, EXECUTING -> "run 'migration execute' first for";
            case EXECUTED -> "run 'migration commit' or 'migration abort' for";
            case COMMITTING -> "a commit was interrupted and can only go on; run 'migration commit' for";
            case ABORTING -> "an abort was interrupted and can only go on; run 'migration abort' for";
        };
    }
}
