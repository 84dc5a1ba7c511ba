package berth.block.contract;

import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.Snapshot;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** Makes up the steps of migrations. */
final class MigrationGenerator {
    private final Scale scale;
    private final Random random;
    private final ModelView model;
    private final MigrationPlans plans;
    private final SourceGenerator sources;

    MigrationGenerator(Scale scale, Random random, ModelView model, MigrationPlans plans, TestSources sources) {
        this.scale = scale;
        this.random = random;
        this.model = model;
        this.plans = plans;
        this.sources = new SourceGenerator(scale, random, sources);
    }

    /**
     * A step of the migration of an image, if there is one that can be compared.
     *
     * @param newSpec a name that no image has
     * @param room whether there may be more images
     */
    Optional<Operation> next(ImageInfo image, ImageSpec newSpec, boolean room) {
        Optional<MigrationRecord> migration = model.migrationTo(image.spec());
        if (migration.isPresent()) {
            return advance(migration.get(), newSpec);
        } else if (random.nextInt(3) > 0) {
            return prepareLinked(image, newSpec);
        }
        return room
                ? Optional.of(MigrationSteps.prepareImport(sources.next(), rarely() ? image.spec() : newSpec))
                : Optional.empty();
    }

    private boolean rarely() {
        return random.nextInt(10) == 0;
    }

    private Optional<Operation> prepareLinked(ImageInfo image, ImageSpec newSpec) {
        ImageSpec spec = image.spec();
        long largest = Stream.concat(
                        Stream.of(image.size()), model.snapshots(spec).stream().map(Snapshot::size))
                .max(Long::compare)
                .orElseThrow();
        if (largest > scale.movableBytes()) {
            return Optional.empty();
        }
        if (model.isHalfFlat(spec)) {
            return Optional.of(Operations.flatten(spec));
        }
        if (model.isOpen(spec) && !rarely()) {
            return Optional.of(Operations.close(spec));
        }
        ImageSpec target = random.nextInt(4) == 0 ? spec : newSpec;
        return Optional.of(MigrationSteps.prepareLinked(spec, target, random.nextBoolean()));
    }

    private Optional<Operation> advance(MigrationRecord migration, ImageSpec newSpec) {
        int dice = random.nextInt(100);
        ImageSpec name = eitherName(migration);
        if (migration.state() == MigrationState.COMMITTING) {
            return Optional.of(MigrationSteps.commit(name));
        } else if (migration.state() == MigrationState.ABORTING) {
            return abort(migration);
        } else if (dice < 40) {
            return Optional.of(fill(name));
        } else if (dice < 50) {
            return againstTheRules(migration, newSpec);
        } else if (plans.willAbort(migration)) {
            return dice < 60 ? Optional.of(MigrationSteps.execute(name)) : abort(migration);
        }
        return Optional.of(
                migration.state() == MigrationState.EXECUTED
                        ? MigrationSteps.commit(name)
                        : MigrationSteps.execute(name));
    }

    private Operation fill(ImageSpec name) {
        long start = random.nextLong(scale.mediumBytes());
        return MigrationSteps.fill(name, start, start + random.nextLong(scale.mediumBytes()));
    }

    /** The target's name, or that of the source as long as no other image has it. */
    private ImageSpec eitherName(MigrationRecord migration) {
        ImageSpec source = migration.source().orElse(migration.target());
        return random.nextBoolean() || model.exists(source) ? migration.target() : source;
    }

    private Optional<Operation> againstTheRules(MigrationRecord migration, ImageSpec newSpec) {
        ImageSpec target = migration.target();
        if (random.nextBoolean() && !model.isOpen(target)) {
            return Optional.of(MigrationSteps.prepareLinked(target, newSpec, false));
        }
        return model.isUntouched(migration) ? Optional.of(MigrationSteps.commitTooEarly(target)) : Optional.empty();
    }

    private Optional<Operation> abort(MigrationRecord migration) {
        ImageSpec target = migration.target();
        boolean hasClones = !model.children(target).isEmpty();
        boolean single = !migration.importOnly() || !hasClones;
        if (model.isOpen(target) && !(single && rarely())) {
            return Optional.of(Operations.close(target));
        }
        return Optional.of(MigrationSteps.abort(eitherName(migration)));
    }
}
