package berth.block.contract;

import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Snapshot;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Makes up operations from what the model holds. Most of them are possible, some are to be refused; where several
 * reasons to refuse would apply at once, it makes up something else, for which of them is named is left open.
 */
final class OperationGenerator {
    static final List<String> POOLS = List.of("vms", "volumes");

    private final Scale scale;
    private final Random random;
    private final ModelView model;
    private final IoGenerator io;
    private final MigrationPlans plans;
    private final MigrationGenerator migrations;
    private final Demolition demolition;
    private final StoreTraits traits;
    private int lastName;
    /** The image that is being demolished, to make room. */
    private @Nullable ImageSpec doomed;

    OperationGenerator(Scale scale, Random random, OracleSide model, TestSources sources, StoreTraits traits) {
        this.scale = scale;
        this.random = random;
        this.model = new ModelView(model);
        this.io = new IoGenerator(scale, random);
        this.plans = new MigrationPlans(random);
        this.migrations = new MigrationGenerator(scale, random, this.model, plans, sources);
        this.demolition = new Demolition(this.model, plans);
        this.traits = traits;
    }

    Operation next() {
        plans.learn(model);
        List<ImageInfo> images = model.images();
        if (images.size() < 2) {
            return create();
        }
        Optional<Operation> operation = Optional.empty();
        while (operation.isEmpty()) {
            ImageInfo image = pick(images);
            boolean room = images.size() < scale.maxImages();
            int dice = random.nextInt(100);
            if (dice < 45) {
                operation = Optional.of(io.next(image.spec(), image.size()));
            } else if (dice < 63) {
                operation = onSnapshots(image.spec());
            } else if (dice < 78) {
                operation = room ? Optional.of(makeImage(image.spec())) : demolish(image.spec());
            } else if (dice < 88) {
                operation = onImage(image);
            } else if (traits.migrates()) {
                operation = migrations.next(image, newSpec(), room);
            }
        }
        return operation.get();
    }

    /** A read, a write or the like of an image, for what goes on while another operation is at work. */
    Optional<Operation> nextIo() {
        List<ImageInfo> images = model.images();
        if (images.isEmpty()) {
            return Optional.empty();
        }
        ImageInfo image = pick(images);
        return Optional.of(io.next(image.spec(), image.size()));
    }

    /** A step of a migration, or a flatten, if there is one that can be made up. */
    Optional<Operation> nextMove() {
        plans.learn(model);
        List<ImageInfo> images = model.images();
        if (images.isEmpty()) {
            return Optional.empty();
        }
        ImageInfo image = pick(images);
        return image.parent().isPresent() && random.nextInt(4) == 0
                ? flatten(image)
                : migrations.next(image, newSpec(), images.size() < scale.maxImages());
    }

    /** The flush of an image, if there is any. */
    Optional<Operation> nextFlush() {
        List<ImageInfo> images = model.images();
        return images.isEmpty()
                ? Optional.empty()
                : Optional.of(Operations.flush(pick(images).spec()));
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
        ImageSpec spec = newSpec();
        long size = Math.min(io.size(), traits.maxBytes(Layout.DEFAULT));
        Layout layout = Layout.ofOrder(random.nextInt(12, 26));
        while (size > traits.maxBytes(layout)) {
            layout = Layout.ofOrder(layout.order() + 1);
        }
        return Operations.create(spec, size, layout);
    }

    private Operation makeImage(ImageSpec parent) {
        List<Snapshot> snapshots = model.snapshots(parent);
        if (rarely()) {
            return Operations.create(parent, 1, Layout.DEFAULT);
        } else if (snapshots.isEmpty() || random.nextInt(4) == 0) {
            return create();
        }
        Snapshot snapshot = pick(snapshots);
        if (snapshot.size() == 0 && !traits.clonesOfNothing()) {
            return create();
        }
        return snapshot.isProtected() || rarely()
                ? Operations.cloneOf(parent, snapshot.name(), newSpec())
                : Operations.protect(parent, snapshot.name());
    }

    private Optional<Operation> demolish(ImageSpec candidate) {
        ImageSpec victim = doomed;
        if (victim == null || !model.exists(victim)) {
            victim = candidate;
            doomed = candidate;
        }
        return Optional.of(demolition.next(victim));
    }

    private Optional<Operation> onSnapshots(ImageSpec spec) {
        List<Snapshot> snapshots = model.snapshots(spec);
        int dice = random.nextInt(100);
        if (snapshots.isEmpty() || (dice < 40 && snapshots.size() < scale.maxSnapshots())) {
            boolean taken = rarely() && !snapshots.isEmpty();
            return Optional.of(
                    Operations.createSnapshot(spec, taken ? pick(snapshots).name() : newName()));
        }
        Snapshot snapshot = pick(snapshots);
        String name = random.nextInt(50) == 0 ? "nosuch" : snapshot.name();
        boolean pinned = model.migrationTo(spec)
                .map(migration -> plans.isPinned(migration, name))
                .orElse(false);
        if (dice < 60) {
            return Optional.of(Operations.rollback(spec, name));
        } else if (!snapshot.isProtected() && dice < 70) {
            return Optional.of(Operations.protect(spec, name));
        } else if (pinned) {
            return Optional.empty();
        } else if (dice < 76) {
            return Optional.of(Operations.renameSnapshot(spec, name, newName()));
        } else if (snapshot.isProtected() && !rarely()) {
            return Optional.of(Operations.unprotect(spec, name));
        }
        return Optional.of(rarely() ? Operations.protect(spec, name) : Operations.removeSnapshot(spec, name));
    }

    private Optional<Operation> onImage(ImageInfo image) {
        ImageSpec spec = image.spec();
        int dice = random.nextInt(100);
        if (dice < 25) {
            return flatten(image);
        } else if (dice < 55) {
            return Optional.of(Operations.resize(spec, newSize(image), !rarely()));
        } else if (dice < 65) {
            return remove(spec);
        } else if (dice < 75) {
            return Optional.of(Operations.rename(spec, newName()));
        } else if (dice < 82) {
            return Optional.of(Operations.children(spec, Optional.empty()));
        } else if (dice < 92) {
            return Optional.of(Operations.close(spec));
        }
        return Optional.of(Operations.reopen());
    }

    private long newSize(ImageInfo image) {
        long size = Math.min(io.newSize(image.size()), traits.maxBytes(image.layout()));
        boolean mayShrink = image.parent().isEmpty() || traits.rollbackRestoresOverlap();
        return mayShrink ? size : Math.max(size, image.size());
    }

    private Optional<Operation> flatten(ImageInfo image) {
        boolean quick = image.size() <= scale.movableBytes() || rarely();
        boolean allowed = image.parent().isPresent() || rarely();
        return quick && allowed && model.migrationTo(image.spec()).isEmpty()
                ? Optional.of(Operations.flatten(image.spec()))
                : Optional.empty();
    }

    private Optional<Operation> remove(ImageSpec spec) {
        boolean hasSnapshots = !model.snapshots(spec).isEmpty();
        boolean migrates = model.migrationTo(spec).isPresent();
        boolean open = model.isOpen(spec);
        if (hasSnapshots && migrates) {
            return Optional.empty();
        }
        if (open && (hasSnapshots || migrates || !rarely())) {
            return Optional.of(Operations.close(spec));
        }
        return Optional.of(Operations.remove(spec));
    }
}
