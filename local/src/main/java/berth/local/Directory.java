package berth.local;

import berth.block.BlockException;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.ParentLink;
import berth.block.Problem;
import berth.block.TrashEntry;
import berth.local.catalog.Catalog;
import berth.local.catalog.CatalogRecord.ImageRecord;
import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.catalog.CatalogRecord.MigratingRecord;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Questions about images that the catalog alone answers. Safe for use by several threads. */
final class Directory {
    private static final List<String> FEATURES =
            List.of("layering", "exclusive-lock", "object-map", "fast-diff", "deep-flatten");

    private final Catalog catalog;

    Directory(Catalog catalog) {
        this.catalog = catalog;
    }

    /** @throws BlockException {@link Problem#POOL_NOT_FOUND} */
    void requirePool(String pool) {
        if (catalog.pool(pool).isEmpty()) {
            throw new BlockException(Problem.POOL_NOT_FOUND, "there is no pool '" + pool + "'");
        }
    }

    /** @throws BlockException {@link Problem#POOL_NOT_FOUND}, {@link Problem#IMAGE_NOT_FOUND} */
    ImageRecord require(ImageSpec spec) {
        requirePool(spec.pool());
        return catalog.image(spec)
                .orElseThrow(() -> new BlockException(Problem.IMAGE_NOT_FOUND, "there is no image " + spec));
    }

    /** @throws BlockException {@link Problem#POOL_NOT_FOUND}, {@link Problem#IMAGE_EXISTS} */
    void requireFree(ImageSpec spec) {
        requirePool(spec.pool());
        if (catalog.image(spec).isPresent()) {
            throw new BlockException(Problem.IMAGE_EXISTS, "image " + spec + " already exists");
        }
    }

    /** The image with this id in a pool, which may be in the trash. */
    ImageRecord requireById(String pool, String id) {
        requirePool(pool);
        return catalog.findImage(id)
                .filter(image -> image.spec().pool().equals(pool))
                .orElseThrow(() ->
                        new BlockException(Problem.IMAGE_NOT_FOUND, "there is no image with id " + id + " in " + pool));
    }

    ImageSpec spec(String id) {
        return catalog.image(id).spec();
    }

    ImageInfo info(ImageRecord image) {
        List<String> features = new ArrayList<>(FEATURES);
        if (image.layout().striped()) {
            features.add(1, "striping");
        }
        if (catalog.migration(image.id()).isPresent()
                || migrationOfSource(image.id()).isPresent()) {
            features.add("migrating");
        }
        return new ImageInfo(
                image.id(),
                image.spec(),
                image.size(),
                image.layout(),
                catalog.snapshots(image.id()).size(),
                features,
                image.times().created(),
                image.times().accessed(),
                image.times().modified(),
                parent(image.head(), image.id(), image.size()));
    }

    /** What is known of an image at one of its snapshots. */
    ImageInfo info(ImageRecord image, SnapshotRecord snapshot) {
        ImageInfo now = info(image);
        return new ImageInfo(
                now.id(),
                now.spec(),
                snapshot.size(),
                now.layout(),
                now.snapshotCount(),
                now.features(),
                now.created(),
                now.accessed(),
                now.modified(),
                parent(snapshot.layer(), image.id(), snapshot.size()));
    }

    /** The parent that shows through below a layer of an image. */
    Optional<ParentLink> parent(long top, String image, long size) {
        long overlap = size;
        LayerRecord at = catalog.layer(top);
        while (at.below() != 0) {
            overlap = Math.min(overlap, at.overlap());
            LayerRecord below = catalog.layer(at.below());
            if (!below.image().equals(image)) {
                long bytes = overlap;
                return catalog.snapshotsOf(below.number()).stream()
                        .findFirst()
                        .map(s -> new ParentLink(spec(s.image()).at(s.name()), bytes));
            }
            at = below;
        }
        return Optional.empty();
    }

    /** The lowest layer of an image, if it lies above another image's layer. */
    Optional<LayerRecord> bottom(String image) {
        return catalog.layersOf(image).stream()
                .filter(layer -> layer.below() != 0
                        && !catalog.layer(layer.below()).image().equals(image))
                .findFirst();
    }

    /** The images that lie above a snapshot, the sources of migrations in the trash included; by name. */
    List<ImageRecord> imagesAbove(SnapshotRecord snapshot) {
        return catalog.above(snapshot.layer()).stream()
                .filter(layer -> !layer.image().equals(snapshot.image()))
                .map(layer -> catalog.image(layer.image()))
                .distinct()
                .sorted(Comparator.comparing(ImageRecord::spec))
                .toList();
    }

    /** The clones of a snapshot by name; the source of a migration has been replaced by the target. */
    private List<ImageRecord> childrenOf(SnapshotRecord snapshot) {
        return imagesAbove(snapshot).stream()
                .filter(image -> migrationOfSource(image.id()).isEmpty())
                .toList();
    }

    /**
     * How much of a layer shows through to a layer above it.
     *
     * @return bytes; empty when the one does not lie above the other
     */
    OptionalLong overlap(long top, long lower) {
        long overlap = Long.MAX_VALUE;
        for (LayerRecord at = catalog.layer(top); at.below() != 0; at = catalog.layer(at.below())) {
            overlap = Math.min(overlap, at.overlap());
            if (at.below() == lower) {
                return OptionalLong.of(overlap);
            }
        }
        return OptionalLong.empty();
    }

    /** The clones of one snapshot of an image, or of all of them. */
    List<ImageSpec> children(ImageRecord image, Optional<String> snapshot) {
        TreeMap<ImageSpec, ImageRecord> children = new TreeMap<>();
        List<SnapshotRecord> snapshots = snapshot.isEmpty()
                ? catalog.snapshots(image.id())
                : List.of(catalog.snapshot(image.id(), snapshot.get())
                        .orElseThrow(() -> new BlockException(Problem.SNAPSHOT_NOT_FOUND, "snapshot does not exist.")));
        snapshots.forEach(s -> childrenOf(s).forEach(child -> children.put(child.spec(), child)));
        return List.copyOf(children.keySet());
    }

    /** The migration whose source is this image. */
    Optional<MigratingRecord> migrationOfSource(String image) {
        return catalog.migrations().stream()
                .filter(migration -> migration.source().equals(image))
                .findFirst();
    }

    List<TrashEntry> trash(String pool) {
        requirePool(pool);
        List<TrashEntry> entries = new ArrayList<>();
        for (ImageRecord image : catalog.images()) {
            if (image.spec().pool().equals(pool)) {
                image.trash()
                        .ifPresent(trashed -> entries.add(new TrashEntry(
                                image.id(),
                                image.spec().image(),
                                trashed.origin(),
                                trashed.since(),
                                parent(image.head(), image.id(), image.size()))));
            }
        }
        entries.sort(Comparator.comparing(TrashEntry::deleted));
        return entries;
    }
}
