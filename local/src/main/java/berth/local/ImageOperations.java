package berth.local;

import berth.block.BlockException;
import berth.block.Limits;
import berth.block.Names;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.local.catalog.Catalog;
import berth.local.catalog.CatalogRecord.FillRecord;
import berth.local.catalog.CatalogRecord.ImageRecord;
import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.catalog.CatalogRecord.OriginKind;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What changes the structure of one loaded image: snapshots, size, rollback, flatten. Safe for use by several threads. */
final class ImageOperations {
    private final StoreContext context;
    private final Structure structure;
    private final Directory directory;
    private final Reclaimer reclaimer;

    ImageOperations(StoreContext context, Structure structure, Directory directory) {
        this.context = context;
        this.structure = structure;
        this.directory = directory;
        this.reclaimer = new Reclaimer(context, structure);
    }

    static Snapshot snapshot(SnapshotRecord record) {
        return new Snapshot(record.number(), record.name(), record.size(), record.isProtected(), record.created());
    }

    Snapshot createSnapshot(ImageState image, String name) {
        Names.check("snapshot", name);
        return structure.locked(() -> {
            refuseTaken(image, name);
            SnapshotRecord[] made = new SnapshotRecord[1];
            structure.change(List.of(image), transaction -> {
                ImageRecord record = context.catalog().image(image.id());
                SnapshotRecord snapshot = new SnapshotRecord(
                        record.id(),
                        record.nextSnapshot(),
                        name,
                        record.size(),
                        record.head(),
                        false,
                        context.clock().instant());
                LayerRecord top = Structure.newTop(transaction, record, record.head(), record.size());
                transaction
                        .put(snapshot)
                        .put(record.with(record.size(), top.number()).nextSnapshot(record.nextSnapshot() + 1));
                made[0] = snapshot;
            });
            return snapshot(made[0]);
        });
    }

    private void refuseTaken(ImageState image, String name) {
        if (context.catalog().snapshot(image.id(), name).isPresent()) {
            throw new BlockException(
                    Problem.SNAPSHOT_EXISTS,
                    "image " + directory.spec(image.id()) + " already has a snapshot '" + name + "'");
        }
    }

    void removeSnapshot(ImageState image, String name, Progress progress) {
        long layer = structure.locked(() -> {
            SnapshotRecord snapshot = structure.snapshot(image.id(), name);
            if (snapshot.isProtected()) {
                throw new BlockException(
                        Problem.SNAPSHOT_PROTECTED, "snapshot '" + name + "' is protected from removal.");
            }
            structure.change(List.of(image), transaction -> transaction.delete(snapshot));
            return snapshot.layer();
        });
        reclaimer.reclaim(image, layer, progress);
    }

    void renameSnapshot(ImageState image, String from, String to) {
        Names.check("snapshot", to);
        structure.locked(() -> {
            SnapshotRecord snapshot = structure.snapshot(image.id(), from);
            refuseTaken(image, to);
            structure.commit(transaction -> transaction.put(snapshot.with(to, snapshot.isProtected())));
        });
    }

    void protectSnapshot(ImageState image, String name, boolean on) {
        structure.locked(() -> {
            SnapshotRecord snapshot = structure.snapshot(image.id(), name);
            if (snapshot.isProtected() == on) {
                throw on
                        ? new BlockException(Problem.ALREADY_PROTECTED, "snap is already protected")
                        : new BlockException(Problem.NOT_PROTECTED, "snap is already unprotected");
            }
            List<String> children = directory.imagesAbove(snapshot).stream()
                    .map(child -> child.spec().toString())
                    .distinct()
                    .toList();
            if (!on && !children.isEmpty()) {
                throw new BlockException(
                        Problem.SNAPSHOT_HAS_CHILDREN,
                        "cannot unprotect snapshot '" + name + "': it has " + children.size() + " child(ren): "
                                + String.join(", ", children) + "; flatten or remove them first",
                        children);
            }
            structure.commit(transaction -> transaction.put(snapshot.with(name, on)));
        });
    }

    void rollback(ImageState image, String name, Progress progress) {
        structure.locked(() -> {
            SnapshotRecord snapshot = structure.snapshot(image.id(), name);
            List<Long> deleted = new ArrayList<>();
            structure.change(List.of(image), transaction -> {
                ImageRecord record = context.catalog().image(image.id());
                LayerRecord top = Structure.newTop(transaction, record, snapshot.layer(), snapshot.size());
                transaction.put(record.with(snapshot.size(), top.number()));
                structure.dropUnseen(transaction, context.catalog().layer(record.head()), deleted);
            });
            structure.deleteFiles(deleted);
        });
        progress.step(1, 1);
    }

    void resize(ImageState image, long size, boolean allowShrink, Progress progress) {
        Limits.checkImageBytes(size);
        Long cut = structure.locked(() -> {
            ImageRecord record = context.catalog().image(image.id());
            if (size < record.size() && !allowShrink) {
                throw new BlockException(
                        Problem.SHRINK_NOT_ALLOWED, "shrinking an image is only allowed with the --allow-shrink flag");
            }
            if (size == record.size()) {
                return null;
            }
            return size > record.size() ? grow(image, size) : shrink(image, record, size);
        });
        if (cut != null) {
            reclaimer.reclaim(image, cut, progress);
        }
        progress.step(1, 1);
    }

    private @Nullable Long grow(ImageState image, long size) {
        structure.change(List.of(image), transaction -> {
            ImageRecord record = context.catalog().image(image.id());
            image.writer().zeroTail(image.head());
            image.flusher().flush();
            transaction.put(record.with(size, record.head()));
        });
        return null;
    }

    /** Puts a new top over what is left, so that what is cut off goes in one step; its space comes back after. */
    private Long shrink(ImageState image, ImageRecord record, long size) {
        structure.change(List.of(image), transaction -> {
            LayerRecord top = Structure.newTop(transaction, record, record.head(), size);
            transaction.put(record.with(size, top.number()));
        });
        return record.head();
    }

    void flatten(ImageState image, Progress progress) {
        Flatten begun = structure.locked(() -> {
            LayerRecord layer = beginFlatten(image);
            return new Flatten(layer, openFill(image, () -> {}));
        });
        try (LocalFill fill = begun.fill()) {
            for (long object = 0; object < fill.objects(); object++) {
                fill.fill(object);
                progress.step(object + 1, fill.objects());
            }
            fill.checkpoint();
            endFill(image);
        }
        reclaimer.reclaim(image, begun.layer().number(), Progress.NONE);
    }

    private record Flatten(LayerRecord layer, LocalFill fill) {}

    /**
     * The filling of an image, which only one can do at a time. Called under the structure lock.
     *
     * @param release called under the structure lock when the fill is closed
     */
    LocalFill openFill(ImageState image, Runnable release) {
        FillState fill = image.fill();
        if (fill == null) {
            throw new BlockException(
                    Problem.CORRUPT, "image " + directory.spec(image.id()) + " is to be filled but has no origin");
        }
        if (fill.copying) {
            throw new BlockException(
                    Problem.IMAGE_IN_USE, "image " + directory.spec(image.id()) + " is being copied already");
        }
        fill.copying = true;
        return new LocalFill(
                image,
                fill,
                context,
                () -> structure.locked(() -> {
                    fill.copying = false;
                    release.run();
                }));
    }

    /** Puts a fill layer between the image and its parent; one that was put there before is used again. */
    private LayerRecord beginFlatten(ImageState image) {
        Catalog catalog = context.catalog();
        FillRecord known = catalog.fill(image.id()).orElse(null);
        if (known != null) {
            if (known.kind() != OriginKind.FLATTEN) {
                throw new BlockException(
                        Problem.MIGRATING,
                        "image " + directory.spec(image.id()) + " is being migrated; commit or abort that first");
            }
            return catalog.layer(known.layers().getFirst());
        }
        LayerRecord bottom = directory
                .bottom(image.id())
                .orElseThrow(() -> new BlockException(
                        Problem.INVALID_ARGUMENT, "image " + directory.spec(image.id()) + " has no parent"));
        LayerRecord[] made = new LayerRecord[1];
        structure.change(structure.seeing(bottom.number()), transaction -> {
            LayerRecord layer =
                    new LayerRecord(transaction.newNumber(), image.id(), bottom.below(), bottom.overlap(), 0);
            FillRecord fill = new FillRecord(
                    image.id(),
                    OriginKind.FLATTEN,
                    transaction.newNumber(),
                    List.of(layer.number()),
                    List.of(bottom.overlap()));
            transaction
                    .put(layer)
                    .put(bottom.over(layer.number(), bottom.overlap()))
                    .put(fill);
            made[0] = layer;
        });
        return made[0];
    }

    /** Cuts the link to an origin from which everything has been copied. */
    private void endFill(ImageState image) {
        structure.locked(() -> {
            FillRecord fill = context.catalog().fill(image.id()).orElseThrow();
            LayerRecord layer = context.catalog().layer(fill.layers().getFirst());
            structure.change(
                    structure.seeing(layer.number()),
                    transaction -> transaction.put(layer.over(0, 0).filled()).delete(fill));
            context.pages().delete(fill.pages());
        });
    }
}
