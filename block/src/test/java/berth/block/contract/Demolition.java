package berth.block.contract;

import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.Snapshot;
import java.util.List;
import java.util.Optional;

/** Makes up what has to be done before an image can be removed: the end of its migration, its clones and snapshots. */
final class Demolition {
    private final ModelView model;
    private final MigrationPlans plans;

    Demolition(ModelView model, MigrationPlans plans) {
        this.model = model;
        this.plans = plans;
    }

    /** The next step towards the removal of an image. */
    Operation next(ImageSpec spec) {
        Optional<MigrationRecord> migration = model.migrationTo(spec).or(() -> migrationFrom(spec));
        if (migration.isPresent()) {
            return end(migration.get());
        }
        List<ImageSpec> children = model.children(spec);
        if (!children.isEmpty()) {
            return next(children.getFirst());
        }
        List<Snapshot> snapshots = model.snapshots(spec);
        if (!snapshots.isEmpty()) {
            Snapshot snapshot = snapshots.get(snapshots.size() / 2);
            return snapshot.isProtected()
                    ? Operations.unprotect(spec, snapshot.name())
                    : Operations.removeSnapshot(spec, snapshot.name());
        }
        return model.isOpen(spec) ? Operations.close(spec) : Operations.remove(spec);
    }

    /** The migration of an image in the trash. */
    private Optional<MigrationRecord> migrationFrom(ImageSpec spec) {
        return model.exists(spec)
                ? Optional.empty()
                : model.migrations().stream()
                        .filter(migration -> migration.source().equals(Optional.of(spec)))
                        .findFirst();
    }

    private Operation end(MigrationRecord migration) {
        ImageSpec target = migration.target();
        if (!plans.willAbort(migration)) {
            return switch (migration.state()) {
                case EXECUTED, COMMITTING -> MigrationSteps.commit(target);
                case PREPARED, EXECUTING, ABORTING -> MigrationSteps.execute(target);
            };
        }
        List<ImageSpec> children = model.children(target);
        if (migration.importOnly() && !children.isEmpty()) {
            return next(children.getFirst());
        }
        return model.isOpen(target) ? Operations.close(target) : MigrationSteps.abort(target);
    }
}
