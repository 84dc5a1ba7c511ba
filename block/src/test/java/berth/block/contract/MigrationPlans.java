package berth.block.contract;

import berth.block.MigrationRecord;
import berth.block.Snapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * How the migrations of a random sequence are to end. What an abort does about snapshots of the source that were removed,
 * renamed or unprotected on the target is left open, so those of a migration that will be aborted are pinned.
 */
final class MigrationPlans {
    private record Plan(boolean willAbort, List<String> history) {}

    private final Random random;
    private final Map<String, Plan> plans = new HashMap<>();

    MigrationPlans(Random random) {
        this.random = random;
    }

    /** Plans for the migrations that were just prepared. */
    void learn(ModelView model) {
        for (MigrationRecord migration : model.migrations()) {
            plans.computeIfAbsent(migration.targetId(), id -> plan(model, migration));
        }
    }

    private Plan plan(ModelView model, MigrationRecord migration) {
        List<String> history =
                model.snapshots(migration.target()).stream().map(Snapshot::name).toList();
        return new Plan(random.nextBoolean(), history);
    }

    boolean willAbort(MigrationRecord migration) {
        return plan(migration).willAbort();
    }

    /** Whether a snapshot has to stay what it is. */
    boolean isPinned(MigrationRecord migration, String snapshot) {
        return plan(migration).willAbort() && plan(migration).history().contains(snapshot);
    }

    private Plan plan(MigrationRecord migration) {
        return plans.getOrDefault(migration.targetId(), new Plan(false, List.of()));
    }
}
