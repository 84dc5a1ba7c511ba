package berth.local;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Source;
import berth.block.TrashEntry;
import berth.local.catalog.Catalog;
import berth.local.catalog.CatalogRecord.FillRecord;
import berth.local.catalog.CatalogRecord.ImageRecord;
import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.catalog.CatalogRecord.MigratingRecord;
import berth.local.catalog.CatalogRecord.OriginKind;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import berth.local.catalog.CatalogRecord.Times;
import berth.local.catalog.CatalogRecord.Trashed;
import berth.local.catalog.Transaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The steps of a migration, each one transaction. Safe for use by several threads. */
final class MigrationOperations {
    private final StoreContext context;
    private final Structure structure;
    private final Directory directory;

    MigrationOperations(StoreContext context, Structure structure, Directory directory) {
        this.context = context;
        this.structure = structure;
        this.directory = directory;
    }

    /**
     * One point in time of what is migrated.
     *
     * @param overlap how much of the point before it shows through, or of the parent for the first one; no more than its
     *     size, for what is cut off there differs from the point before
     */
    private record Point(String name, long size, long overlap, boolean isProtected, Instant created) {
        Point {
            overlap = Math.min(overlap, size);
        }
    }

    ImageRecord prepareImport(ImageSpec target, Layout layout, Source source, Map<String, String> attributes) {
        List<Point> points = new ArrayList<>();
        source.requireImportable();
        for (Source.Point point : source.points()) {
            points.add(new Point(
                    point.name(),
                    point.reader().size(),
                    last(points).map(Point::size).orElse(0L),
                    point.isProtected(),
                    point.created().orElseGet(context.clock()::instant)));
        }
        return structure.locked(() -> {
            directory.requireFree(target);
            ImageRecord[] made = new ImageRecord[1];
            structure.commit(transaction -> {
                Target built = newTarget(transaction, target, layout, points, OriginKind.IMPORT, 0);
                transaction.put(new MigratingRecord(
                        built.image().id(), "", source.description(), MigrationState.PREPARED, false, attributes));
                made[0] = built.image();
            });
            return made[0];
        });
    }

    ImageRecord prepareLinked(
            ImageSpec sourceSpec, ImageSpec target, Layout layout, boolean flatten, Map<String, String> attributes) {
        return structure.locked(() -> {
            ImageRecord source = directory.require(sourceSpec);
            refuseUnmovable(source);
            if (!target.equals(sourceSpec)) {
                directory.requireFree(target);
            }
            List<SnapshotRecord> snapshots = context.catalog().snapshots(source.id());
            Optional<LayerRecord> bottom = flatten ? Optional.empty() : directory.bottom(source.id());
            List<Point> points = points(source, snapshots, bottom);
            ImageRecord[] made = new ImageRecord[1];
            structure.change(loadedChildren(snapshots), transaction -> {
                Target built = newTarget(transaction, target, layout, points, OriginKind.LINKED, parentOf(bottom));
                Instant now = context.clock().instant();
                transaction
                        .put(source.trashed(Optional.of(new Trashed(TrashEntry.Origin.MIGRATION, now))))
                        .put(new MigratingRecord(
                                built.image().id(), source.id(), "", MigrationState.PREPARED, flatten, attributes));
                for (int i = 0; i < snapshots.size(); i++) {
                    moveClones(transaction, snapshots.get(i), built.fillLayers().get(i));
                }
                made[0] = built.image();
            });
            return made[0];
        });
    }

    private static Optional<Point> last(List<Point> points) {
        return points.isEmpty() ? Optional.empty() : Optional.of(points.getLast());
    }

    private static long parentOf(Optional<LayerRecord> bottom) {
        return bottom.map(LayerRecord::below).orElse(0L);
    }

    private List<Point> points(ImageRecord source, List<SnapshotRecord> snapshots, Optional<LayerRecord> bottom) {
        List<Point> points = new ArrayList<>();
        long lower = parentOf(bottom);
        for (SnapshotRecord s : snapshots) {
            points.add(new Point(s.name(), s.size(), overlap(s.layer(), lower, points), s.isProtected(), s.created()));
            lower = s.layer();
        }
        Instant now = context.clock().instant();
        points.add(new Point("", source.size(), overlap(source.head(), lower, points), false, now));
        return points;
    }

    private long overlap(long layer, long lower, List<Point> before) {
        return directory
                .overlap(layer, lower)
                .orElse(last(before).map(Point::size).orElse(0L));
    }

    private void refuseUnmovable(ImageRecord source) {
        if (context.catalog().fill(source.id()).isPresent()) {
            throw new BlockException(
                    Problem.MIGRATING, "image " + source.spec() + " is being migrated or flattened already");
        }
        context.images().open(source.id()).ifPresent(open -> {
            if (open.handles().stream().anyMatch(handle -> !handle.readOnly())) {
                throw new BlockException(
                        Problem.IMAGE_IN_USE, "image " + source.spec() + " is open for writing - not migrating");
            }
        });
    }

    private List<ImageState> loadedChildren(List<SnapshotRecord> snapshots) {
        List<ImageState> loaded = new ArrayList<>();
        for (SnapshotRecord snapshot : snapshots) {
            for (ImageState image : structure.seeing(snapshot.layer())) {
                if (!image.id().equals(snapshot.image()) && !loaded.contains(image)) {
                    loaded.add(image);
                }
            }
        }
        return loaded;
    }

    /** Puts the clones of a snapshot over another layer, which shows the same. */
    private void moveClones(Transaction transaction, SnapshotRecord snapshot, long toLayer) {
        for (LayerRecord above : context.catalog().above(snapshot.layer())) {
            if (!above.image().equals(snapshot.image())) {
                transaction.put(above.over(toLayer, above.overlap()));
            }
        }
    }

    private record Target(ImageRecord image, List<Long> fillLayers) {}

    /**
     * Makes the records of a target: a fill layer for each point in time, snapshots, and an empty top layer.
     *
     * @param parent the layer that the oldest point in time lies above; 0 for none
     */
    private Target newTarget(
            Transaction transaction, ImageSpec spec, Layout layout, List<Point> points, OriginKind kind, long parent) {
        String id = LocalStore.newImageId(transaction);
        List<Long> layers = new ArrayList<>();
        long below = parent;
        for (int i = 0; i < points.size(); i++) {
            Point point = points.get(i);
            LayerRecord layer = new LayerRecord(transaction.newNumber(), id, below, point.overlap(), i);
            transaction.put(layer);
            layers.add(layer.number());
            below = layer.number();
            if (i < points.size() - 1) {
                transaction.put(new SnapshotRecord(
                        id, i + 1L, point.name(), point.size(), below, point.isProtected(), point.created()));
            }
        }
        LayerRecord top = new LayerRecord(
                transaction.newNumber(), id, below, points.getLast().size(), -1);
        ImageRecord image = new ImageRecord(
                id,
                spec,
                layout,
                points.getLast().size(),
                top.number(),
                points.size(),
                Times.at(context.clock().instant()),
                Optional.empty());
        transaction
                .put(top)
                .put(image)
                .put(new FillRecord(
                        id,
                        kind,
                        transaction.newNumber(),
                        layers,
                        points.stream().map(Point::size).toList()));
        return new Target(image, layers);
    }

    /** The migration that an image is the target of, or the source of in the trash. */
    MigratingRecord find(ImageSpec spec) {
        Catalog catalog = context.catalog();
        Optional<ImageRecord> named = catalog.image(spec);
        if (named.isPresent()) {
            return catalog.migration(named.get().id())
                    .orElseThrow(
                            () -> new BlockException(Problem.NOT_MIGRATING, "image " + spec + " is not migrating"));
        }
        directory.requirePool(spec.pool());
        return catalog.migrations().stream()
                .filter(migration -> !migration.source().isEmpty()
                        && catalog.image(migration.source()).spec().equals(spec))
                .findFirst()
                .orElseThrow(() -> new BlockException(Problem.IMAGE_NOT_FOUND, "there is no image " + spec));
    }

    MigrationRecord record(MigratingRecord migration) {
        Optional<ImageRecord> source = migration.source().isEmpty()
                ? Optional.empty()
                : Optional.of(context.catalog().image(migration.source()));
        return new MigrationRecord(
                directory.spec(migration.image()),
                migration.image(),
                source.map(ImageRecord::spec),
                source.map(ImageRecord::id),
                migration.description(),
                true,
                migration.state(),
                migration.flatten(),
                migration.attributes());
    }

    MigrationRecord update(ImageSpec spec, MigrationState state, Map<String, String> attributes) {
        return structure.locked(() -> {
            MigratingRecord changed = find(spec).in(state, attributes);
            structure.commit(transaction -> transaction.put(changed));
            return record(changed);
        });
    }

    /** Ends a migration whose target has everything. */
    void commit(MigratingRecord migration) {
        structure.locked(() -> {
            Catalog catalog = context.catalog();
            FillRecord fill = catalog.fill(migration.image()).orElseThrow();
            List<Long> deleted = new ArrayList<>();
            refuseCopying(migration.image());
            context.images().open(migration.source()).ifPresent(_ -> {
                throw new BlockException(
                        Problem.IMAGE_IN_USE,
                        "the migration's source " + directory.spec(migration.source()) + " is open");
            });
            ImageState target = context.images().use(migration.image());
            try {
                requireFilled(target, migration);
                structure.change(context.images().seeing(fill.layers()), transaction -> {
                    for (long number : fill.layers()) {
                        transaction.put(catalog.layer(number).filled());
                    }
                    transaction.delete(fill).delete(migration);
                    if (!migration.source().isEmpty()) {
                        deleteImage(transaction, catalog.image(migration.source()), deleted);
                    }
                });
            } finally {
                context.images().release(target);
            }
            structure.deleteFiles(deleted);
            context.pages().delete(fill.pages());
        });
    }

    /** Whoever copies would write into what the end of the migration gives away. */
    private void refuseCopying(String image) {
        ImageState loaded = context.images().find(image);
        FillState fill = loaded == null ? null : loaded.fill();
        if (fill != null && fill.copying) {
            throw new BlockException(
                    Problem.IMAGE_IN_USE, "image " + directory.spec(image) + " is being copied; stop that first");
        }
    }

    private static void requireFilled(ImageState target, MigratingRecord migration) {
        FillState fill = target.fill();
        if (fill == null || fill.map().count(fill.objects()) != fill.objects()) {
            throw new BlockException(
                    Problem.MIGRATION_STATE,
                    "the migration is " + migration.state() + ": not everything has been copied yet");
        }
    }

    /** Deletes an image's records. */
    void deleteImage(Transaction transaction, ImageRecord image, List<Long> deletedLayers) {
        Catalog catalog = context.catalog();
        catalog.snapshots(image.id()).forEach(transaction::delete);
        for (LayerRecord layer : catalog.layersOf(image.id())) {
            transaction.delete(layer);
            deletedLayers.add(layer.number());
        }
        catalog.fill(image.id()).ifPresent(transaction::delete);
        transaction.delete(image);
    }

    void abort(MigratingRecord migration) {
        structure.locked(() -> {
            Catalog catalog = context.catalog();
            ImageRecord target = catalog.image(migration.image());
            FillRecord fill = catalog.fill(migration.image()).orElseThrow();
            refuseCopying(target.id());
            context.images().open(target.id()).ifPresent(open -> {
                throw new BlockException(
                        Problem.IMAGE_IN_USE, "image " + target.spec() + " has watchers - cannot abort migration");
            });
            List<Long> deleted = new ArrayList<>();
            if (migration.source().isEmpty()) {
                refuseClones(target);
                structure.commit(transaction -> {
                    deleteImage(transaction, target, deleted);
                    transaction.delete(migration);
                });
            } else {
                ImageRecord source = catalog.image(migration.source());
                refuseNameTaken(source, target);
                Set<ImageState> affected = new LinkedHashSet<>(context.images().seeing(fill.layers()));
                ImageState open = context.images().find(source.id());
                if (open != null) {
                    affected.add(open);
                }
                structure.change(affected, transaction -> giveBack(transaction, migration, fill, deleted));
            }
            structure.deleteFiles(deleted);
            context.pages().delete(fill.pages());
        });
    }

    private void refuseClones(ImageRecord target) {
        // The source of a migration in the trash is a clone, too: its target reads through it.
        List<String> children = context.catalog().snapshots(target.id()).stream()
                .flatMap(snapshot -> directory.imagesAbove(snapshot).stream())
                .map(child -> child.spec().toString())
                .distinct()
                .toList();
        if (!children.isEmpty()) {
            throw new BlockException(
                    Problem.SNAPSHOT_HAS_CHILDREN,
                    "image " + target.spec() + " has clones: " + String.join(", ", children)
                            + "; flatten or remove them before the migration is aborted",
                    children);
        }
    }

    private void refuseNameTaken(ImageRecord source, ImageRecord target) {
        context.catalog()
                .image(source.spec())
                .filter(taken -> !taken.id().equals(target.id()))
                .ifPresent(taken -> {
                    throw new BlockException(
                            Problem.IMAGE_EXISTS,
                            "image " + source.spec()
                                    + " was made since; rename it, so that the migration's source can come back");
                });
    }

    /**
     * Puts what lies above the target's fill layers (which is what clients wrote, and the snapshots they took) onto the
     * source's layers of the same points in time. Nothing is copied.
     */
    private void giveBack(Transaction transaction, MigratingRecord migration, FillRecord fill, List<Long> deleted) {
        Catalog catalog = context.catalog();
        ImageRecord target = catalog.image(migration.image());
        ImageRecord source = catalog.image(migration.source());
        List<SnapshotRecord> sourceSnapshots = catalog.snapshots(source.id());
        Map<Long, Long> same = new HashMap<>();
        for (int point = 0; point < fill.layers().size(); point++) {
            boolean last = point == sourceSnapshots.size();
            same.put(
                    fill.layers().get(point),
                    last ? source.head() : sourceSnapshots.get(point).layer());
        }
        for (LayerRecord layer : catalog.layersOf(target.id())) {
            if (same.containsKey(layer.number())) {
                transaction.delete(layer);
                deleted.add(layer.number());
            } else {
                LayerRecord moved = layer.in(source.id());
                transaction.put(moved.over(same.getOrDefault(layer.below(), layer.below()), layer.overlap()));
            }
        }
        for (long fillLayer : fill.layers()) {
            for (LayerRecord above : catalog.above(fillLayer)) {
                if (!above.image().equals(target.id())) {
                    transaction.put(above.over(same.getOrDefault(fillLayer, 0L), above.overlap()));
                }
            }
        }
        long next = giveBackSnapshots(transaction, target, source, same);
        transaction
                .put(source.trashed(Optional.empty())
                        .with(target.size(), target.head())
                        .nextSnapshot(next))
                .delete(target)
                .delete(fill)
                .delete(migration);
    }

    private long giveBackSnapshots(
            Transaction transaction, ImageRecord target, ImageRecord source, Map<Long, Long> same) {
        Catalog catalog = context.catalog();
        long next = source.nextSnapshot();
        for (SnapshotRecord snapshot : catalog.snapshots(target.id())) {
            transaction.delete(snapshot);
            Long original = same.get(snapshot.layer());
            if (original == null) {
                String name = freeName(source.id(), snapshot.name());
                transaction.put(
                        snapshot.moved(source.id(), next++, snapshot.layer()).with(name, snapshot.isProtected()));
            } else {
                // A clone of it may have been made meanwhile, so its protection counts.
                catalog.snapshotsOf(original).stream()
                        .filter(old -> snapshot.isProtected() && !old.isProtected())
                        .forEach(old -> transaction.put(old.with(old.name(), true)));
            }
        }
        return next;
    }

    /** The name, or the name with a number where the source has a snapshot of that name, too. */
    private String freeName(String image, String name) {
        String free = name;
        for (int i = 2; context.catalog().snapshot(image, free).isPresent(); i++) {
            free = name + "-" + i;
        }
        return free;
    }
}
