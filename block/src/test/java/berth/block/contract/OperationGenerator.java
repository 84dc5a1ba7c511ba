package berth.block.contract;

import berth.block.Access;
import berth.block.Fill;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationRecord;
import berth.block.Snapshot;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Makes up operations from what the model holds. Most of them are possible, some are to be refused; where several
 * reasons to refuse would apply at once, it makes up something else, for which of them is named is left open.
 */
final class OperationGenerator {
    static final List<String> POOLS = List.of("vms", "volumes");

    private static final int MAX_IMAGES = 8;
    private static final int MAX_SNAPSHOTS = 6;
    /** Larger images are neither migrated nor often flattened, which takes time in proportion to their size. */
    private static final long MOVABLE_BYTES = 64 << 20;

    private final Random random;
    private final OracleSide model;
    private final IoGenerator io;
    private final SourceGenerator sources;
    private final MigrationPlans plans;
    private int lastName;

    OperationGenerator(long seed, OracleSide model, TestSources sources) {
        this.random = new Random(seed);
        this.model = model;
        this.io = new IoGenerator(random);
        this.sources = new SourceGenerator(random, sources);
        this.plans = new MigrationPlans(random);
    }

    Operation next() {
        plans.learn(model.store());
        List<ImageInfo> images = POOLS.stream()
                .flatMap(pool -> model.store().images(pool).stream())
                .toList();
        if (images.size() < 2) {
            return create();
        }
        Optional<Operation> operation = Optional.empty();
        while (operation.isEmpty()) {
            ImageInfo image = pick(images);
            int dice = random.nextInt(100);
            if (dice < 50) {
                operation = Optional.of(io.next(image.spec(), image.size()));
            } else if (dice < 72) {
                operation = onSnapshots(image);
            } else if (dice < 86) {
                operation = onImage(image, images.size());
            } else {
                operation = onMigration(image, images.size());
            }
        }
        return operation.get();
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private boolean rarely() {
        return random.nextInt(10) == 0;
    }

    private String newName() {
        lastName++;
        return (rarely() ? "größe 磁盘 💾 " : "n") + lastName;
    }

    private ImageSpec newSpec() {
        return new ImageSpec(pick(POOLS), newName());
    }

    private Operation create() {
        return Operations.create(newSpec(), io.size(), Layout.ofOrder(random.nextInt(12, 26)));
    }

    private List<Snapshot> snapshots(ImageSpec spec) {
        try (Image image = model.store().open(spec, Access.READ_ONLY)) {
            return image.snapshots();
        }
    }

    private Optional<MigrationRecord> migrationOf(ImageSpec spec) {
        return model.store().migrations().stream()
                .filter(migration -> migration.target().equals(spec))
                .findFirst();
    }

    private Optional<Operation> onSnapshots(ImageInfo image) {
        ImageSpec spec = image.spec();
        List<Snapshot> snapshots = snapshots(spec);
        int dice = random.nextInt(100);
        if (snapshots.isEmpty() || (dice < 40 && snapshots.size() < MAX_SNAPSHOTS)) {
            boolean taken = rarely() && !snapshots.isEmpty();
            return Optional.of(
                    Operations.createSnapshot(spec, taken ? pick(snapshots).name() : newName()));
        }
        String name = random.nextInt(100) == 0 ? "nosuch" : pick(snapshots).name();
        boolean pinned = migrationOf(spec)
                .map(migration -> plans.isPinned(migration, name))
                .orElse(false);
        if (dice < 50) {
            return Optional.of(Operations.protect(spec, name));
        } else if (dice < 62) {
            return Optional.of(Operations.rollback(spec, name));
        } else if (pinned) {
            return Optional.empty();
        } else if (dice < 68) {
            return Optional.of(Operations.renameSnapshot(spec, name, newName()));
        } else if (dice < 76) {
            return Optional.of(Operations.unprotect(spec, name));
        }
        return Optional.of(Operations.removeSnapshot(spec, name));
    }

    private Optional<Operation> onImage(ImageInfo image, int images) {
        ImageSpec spec = image.spec();
        int dice = random.nextInt(100);
        if (dice < 15) {
            return images >= MAX_IMAGES
                    ? Optional.empty()
                    : Optional.of(rarely() ? Operations.create(spec, 1, Layout.DEFAULT) : create());
        } else if (dice < 35) {
            return images >= MAX_IMAGES ? Optional.empty() : cloneOf(spec);
        } else if (dice < 45) {
            return flatten(image);
        } else if (dice < 65) {
            return Optional.of(Operations.resize(spec, io.newSize(image.size()), !rarely()));
        } else if (dice < 80) {
            return remove(spec);
        } else if (dice < 86) {
            return Optional.of(Operations.rename(spec, newName()));
        } else if (dice < 92) {
            return Optional.of(Operations.children(spec, Optional.empty()));
        } else if (dice < 97) {
            return Optional.of(Operations.close(spec));
        }
        return Optional.of(Operations.reopen());
    }

    private Optional<Operation> cloneOf(ImageSpec spec) {
        List<Snapshot> snapshots = snapshots(spec);
        if (snapshots.isEmpty()) {
            return Optional.empty();
        }
        Snapshot snapshot = pick(snapshots);
        if (!snapshot.isProtected() && !rarely()) {
            return Optional.of(Operations.protect(spec, snapshot.name()));
        }
        return Optional.of(Operations.cloneOf(spec, snapshot.name(), newSpec()));
    }

    private Optional<Operation> flatten(ImageInfo image) {
        boolean quick = image.size() <= MOVABLE_BYTES || rarely();
        boolean allowed = image.parent().isPresent() || rarely();
        return quick && allowed && migrationOf(image.spec()).isEmpty()
                ? Optional.of(Operations.flatten(image.spec()))
                : Optional.empty();
    }

    private Optional<Operation> remove(ImageSpec spec) {
        boolean hasSnapshots = !snapshots(spec).isEmpty();
        boolean migrates = migrationOf(spec).isPresent();
        boolean open = model.isOpen(spec);
        if (hasSnapshots && migrates) {
            return Optional.empty();
        }
        if (open && (hasSnapshots || migrates || !rarely())) {
            return Optional.of(Operations.close(spec));
        }
        return Optional.of(Operations.remove(spec));
    }

    private Optional<Operation> onMigration(ImageInfo image, int images) {
        ImageSpec spec = image.spec();
        Optional<MigrationRecord> migration = migrationOf(spec);
        if (migration.isPresent()) {
            return advance(migration.get());
        }
        if (images >= MAX_IMAGES) {
            return Optional.empty();
        }
        return random.nextInt(3) == 0
                ? Optional.of(MigrationSteps.prepareImport(sources.next(), rarely() ? spec : newSpec()))
                : prepareLinked(image);
    }

    private Optional<Operation> prepareLinked(ImageInfo image) {
        ImageSpec spec = image.spec();
        long largest = Stream.concat(
                        Stream.of(image.size()), snapshots(spec).stream().map(Snapshot::size))
                .max(Long::compare)
                .orElseThrow();
        if (largest > MOVABLE_BYTES) {
            return Optional.empty();
        }
        if (model.isOpen(spec) && !rarely()) {
            return Optional.of(Operations.close(spec));
        }
        ImageSpec target = random.nextInt(4) == 0 ? spec : newSpec();
        return Optional.of(MigrationSteps.prepareLinked(spec, target, random.nextBoolean()));
    }

    private Optional<Operation> advance(MigrationRecord migration) {
        int dice = random.nextInt(100);
        ImageSpec name = eitherName(migration);
        if (dice < 40) {
            return Optional.of(MigrationSteps.fill(name, random.nextLong(MOVABLE_BYTES / 4)));
        } else if (dice < 44) {
            return againstTheRules(migration);
        } else if (plans.willAbort(migration)) {
            return dice < 80 ? Optional.empty() : abort(migration);
        } else if (dice < 70) {
            return Optional.of(MigrationSteps.execute(name));
        }
        return switch (migration.state()) {
            case EXECUTED -> Optional.of(MigrationSteps.commit(name));
            default -> Optional.empty();
        };
    }

    /** The target's name, or that of the source as long as no other image has it. */
    private ImageSpec eitherName(MigrationRecord migration) {
        ImageSpec source = migration.source().orElse(migration.target());
        boolean taken = model.store().images(source.pool()).stream()
                .anyMatch(image -> image.spec().equals(source));
        return taken || random.nextBoolean() ? migration.target() : source;
    }

    private Optional<Operation> againstTheRules(MigrationRecord migration) {
        ImageSpec target = migration.target();
        if (random.nextBoolean() && !model.isOpen(target)) {
            return Optional.of(MigrationSteps.prepareLinked(target, newSpec(), false));
        }
        try (Fill fill = model.store().openFill(target)) {
            return fill.objects() > 0 && fill.filledObjects() == 0
                    ? Optional.of(MigrationSteps.commit(target))
                    : Optional.empty();
        }
    }

    private Optional<Operation> abort(MigrationRecord migration) {
        ImageSpec target = migration.target();
        boolean hasClones = !model.store().children(target, Optional.empty()).isEmpty();
        boolean single = !migration.importOnly() || !hasClones;
        if (model.isOpen(target) && !(single && rarely())) {
            return Optional.of(Operations.close(target));
        }
        return Optional.of(MigrationSteps.abort(eitherName(migration)));
    }
}
