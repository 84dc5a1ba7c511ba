package berth.local.catalog;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Problem;
import berth.local.catalog.CatalogRecord.ChecksumRecord;
import berth.local.catalog.CatalogRecord.FillRecord;
import berth.local.catalog.CatalogRecord.ImageRecord;
import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.catalog.CatalogRecord.MigratingRecord;
import berth.local.catalog.CatalogRecord.PoolRecord;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import berth.local.catalog.CatalogRecord.StoreRecord;
import berth.local.journal.JournalEntry;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The records of a store in memory, with the indexes to find them. Every method is under the catalog's monitor; a caller
 * that asks several questions, or asks and then commits, holds the monitor itself.
 */
public final class Catalog {
    /** The version of everything on disk that this program writes, and the newest that it reads. */
    public static final int FORMAT_VERSION = 1;

    private final Map<String, CatalogRecord> records = new HashMap<>();
    private final TreeMap<String, PoolRecord> pools = new TreeMap<>();
    private final TreeMap<ImageSpec, String> names = new TreeMap<>();
    private final Map<String, TreeMap<Long, SnapshotRecord>> snapshots = new HashMap<>();
    private final Map<Long, TreeSet<Long>> above = new HashMap<>();
    private final Map<Long, TreeSet<String>> snapshotsOfLayer = new HashMap<>();
    private final Map<String, TreeSet<Long>> layersOfImage = new HashMap<>();

    /** A new store's catalog. */
    public Catalog() {
        apply(new StoreRecord(FORMAT_VERSION, 1));
    }

    /** Forgets everything, before a journal that begins with the whole catalog is replayed. */
    public synchronized void clear() {
        records.clear();
        pools.clear();
        names.clear();
        snapshots.clear();
        above.clear();
        snapshotsOfLayer.clear();
        layersOfImage.clear();
        apply(new StoreRecord(FORMAT_VERSION, 1));
    }

    /** Applies what a journal says. */
    public synchronized void replay(JournalEntry.Put entry) {
        if (entry.value().length == 0) {
            remove(entry.key());
        } else {
            apply(CatalogCodec.decode(entry.value()));
        }
    }

    /**
     * Looks at all stacks of layers after a journal was replayed, because whoever walks one relies on its end.
     *
     * @throws BlockException {@link Problem#CORRUPT} when a layer lies above itself
     */
    public synchronized void requireEndOfStacks() {
        Set<Long> ending = new HashSet<>();
        for (LayerRecord layer : layers()) {
            Set<Long> path = new HashSet<>();
            for (LayerRecord at = layer; at != null && !ending.contains(at.number()); at = findLayer(at.below())) {
                if (!path.add(at.number())) {
                    throw new BlockException(
                            Problem.CORRUPT,
                            "the catalog is damaged: layer " + Long.toHexString(at.number()) + " lies above itself");
                }
            }
            ending.addAll(path);
        }
    }

    /** All records as a journal's beginning. */
    public synchronized List<JournalEntry.Put> content() {
        return records.entrySet().stream()
                .map(e -> new JournalEntry.Put(e.getKey(), CatalogCodec.encode(e.getValue())))
                .toList();
    }

    /** What the store is. */
    public synchronized StoreRecord store() {
        return (StoreRecord) require(StoreRecord.KEY);
    }

    /** A new transaction. Only one can be between this call and its commit: the caller holds the catalog's monitor. */
    public synchronized Transaction begin() {
        return new Transaction(store());
    }

    /**
     * Makes a transaction durable with {@code journal} and then applies it. When {@code journal} throws, nothing has
     * happened.
     */
    public synchronized void commit(Transaction transaction, Consumer<List<JournalEntry>> journal) {
        dropChecksums(transaction);
        journal.accept(transaction.entries());
        transaction.changes().forEach((key, record) -> {
            if (record == null) {
                remove(key);
            } else {
                apply(record);
            }
        });
    }

    /** Checksums go with the snapshot that keeps their layer from being changed, or with the layer. */
    private void dropChecksums(Transaction transaction) {
        for (Map.Entry<String, @Nullable CatalogRecord> change :
                List.copyOf(transaction.changes().entrySet())) {
            CatalogRecord now = change.getValue();
            switch (records.get(change.getKey())) {
                case SnapshotRecord old
                when !(now instanceof SnapshotRecord same && same.layer() == old.layer()) ->
                    checksums(old.layer()).ifPresent(transaction::delete);
                case LayerRecord old when now == null -> checksums(old.number()).ifPresent(transaction::delete);
                case null, default -> {}
            }
        }
    }

    private void apply(CatalogRecord record) {
        remove(record.key());
        records.put(record.key(), record);
        switch (record) {
            case PoolRecord pool -> pools.put(pool.name(), pool);
            case ImageRecord image -> {
                if (image.trash().isEmpty()) {
                    names.put(image.spec(), image.id());
                }
            }
            case SnapshotRecord snapshot -> {
                snapshots
                        .computeIfAbsent(snapshot.image(), _ -> new TreeMap<>())
                        .put(snapshot.number(), snapshot);
                snapshotsOfLayer
                        .computeIfAbsent(snapshot.layer(), _ -> new TreeSet<>())
                        .add(snapshot.key());
            }
            case LayerRecord layer -> {
                above.computeIfAbsent(layer.below(), _ -> new TreeSet<>()).add(layer.number());
                layersOfImage
                        .computeIfAbsent(layer.image(), _ -> new TreeSet<>())
                        .add(layer.number());
            }
            case StoreRecord _, ChecksumRecord _, FillRecord _, MigratingRecord _ -> {}
        }
    }

    private void remove(String key) {
        CatalogRecord old = records.remove(key);
        switch (old) {
            case PoolRecord pool -> pools.remove(pool.name());
            case ImageRecord image -> names.remove(image.spec(), image.id());
            case SnapshotRecord snapshot -> {
                TreeMap<Long, SnapshotRecord> ofImage = snapshots.get(snapshot.image());
                if (ofImage != null) {
                    ofImage.remove(snapshot.number());
                }
                TreeSet<String> ofLayer = snapshotsOfLayer.get(snapshot.layer());
                if (ofLayer != null) {
                    ofLayer.remove(key);
                }
            }
            case LayerRecord layer -> {
                TreeSet<Long> ofBelow = above.get(layer.below());
                if (ofBelow != null) {
                    ofBelow.remove(layer.number());
                }
                TreeSet<Long> ofImage = layersOfImage.get(layer.image());
                if (ofImage != null) {
                    ofImage.remove(layer.number());
                }
            }
            case StoreRecord _, ChecksumRecord _, FillRecord _, MigratingRecord _ -> {}
            case null -> {}
        }
    }

    private CatalogRecord require(String key) {
        CatalogRecord record = records.get(key);
        if (record == null) {
            throw new BlockException(Problem.CORRUPT, "the catalog is damaged: it has no " + key);
        }
        return record;
    }

    private <T extends CatalogRecord> List<T> all(Class<T> type) {
        return records.values().stream()
                .filter(type::isInstance)
                .map(type::cast)
                .sorted(Comparator.comparing(CatalogRecord::key))
                .toList();
    }

    /** The names of the pools in order. */
    public synchronized List<String> pools() {
        return List.copyOf(pools.keySet());
    }

    /** The pool with this name. */
    public synchronized Optional<PoolRecord> pool(String name) {
        return Optional.ofNullable(pools.get(name));
    }

    /** The image with this name, trash excluded. */
    public synchronized Optional<ImageRecord> image(ImageSpec spec) {
        return Optional.ofNullable(names.get(spec)).map(this::image);
    }

    /** The image with this id. */
    public synchronized ImageRecord image(String id) {
        return (ImageRecord) require("image/" + id);
    }

    /** The image with this id, if there is one. */
    public synchronized Optional<ImageRecord> findImage(String id) {
        return Optional.ofNullable((ImageRecord) records.get("image/" + id));
    }

    /** All images, those in the trash included, by id. */
    public synchronized List<ImageRecord> images() {
        return all(ImageRecord.class);
    }

    /** The images of a pool that are not in the trash, by name. */
    public synchronized List<ImageRecord> imagesOf(String pool) {
        return names.entrySet().stream()
                .filter(e -> e.getKey().pool().equals(pool))
                .map(e -> image(e.getValue()))
                .toList();
    }

    /** The snapshots of an image, oldest first. */
    public synchronized List<SnapshotRecord> snapshots(String image) {
        TreeMap<Long, SnapshotRecord> ofImage = snapshots.get(image);
        return ofImage == null ? List.of() : List.copyOf(ofImage.values());
    }

    /** The snapshot of an image with this name. */
    public synchronized Optional<SnapshotRecord> snapshot(String image, String name) {
        return snapshots(image).stream().filter(s -> s.name().equals(name)).findFirst();
    }

    /** The snapshots that see a layer. */
    public synchronized List<SnapshotRecord> snapshotsOf(long layer) {
        TreeSet<String> keys = snapshotsOfLayer.get(layer);
        return keys == null
                ? List.of()
                : keys.stream().map(key -> (SnapshotRecord) require(key)).toList();
    }

    /** A layer. */
    public synchronized LayerRecord layer(long number) {
        return (LayerRecord) require(LayerRecord.key(number));
    }

    /** A layer, if it exists. */
    public synchronized @Nullable LayerRecord findLayer(long number) {
        return (LayerRecord) records.get(LayerRecord.key(number));
    }

    /** All layers. */
    public synchronized List<LayerRecord> layers() {
        return all(LayerRecord.class);
    }

    /** The layers directly above a layer. */
    public synchronized List<LayerRecord> above(long layer) {
        TreeSet<Long> numbers = above.get(layer);
        return numbers == null ? List.of() : numbers.stream().map(this::layer).toList();
    }

    /** The layers of an image. */
    public synchronized List<LayerRecord> layersOf(String image) {
        TreeSet<Long> numbers = layersOfImage.get(image);
        return numbers == null ? List.of() : numbers.stream().map(this::layer).toList();
    }

    /** The checksums of a layer. */
    public synchronized Optional<ChecksumRecord> checksums(long layer) {
        return Optional.ofNullable((ChecksumRecord) records.get(ChecksumRecord.key(layer)));
    }

    /** The checksums of all layers that have some. */
    public synchronized List<ChecksumRecord> checksums() {
        return all(ChecksumRecord.class);
    }

    /** The origin of an image that is being filled. */
    public synchronized Optional<FillRecord> fill(String image) {
        return Optional.ofNullable((FillRecord) records.get("fill/" + image));
    }

    /** All fills. */
    public synchronized List<FillRecord> fills() {
        return all(FillRecord.class);
    }

    /** The migration whose target is this image. */
    public synchronized Optional<MigratingRecord> migration(String target) {
        return Optional.ofNullable((MigratingRecord) records.get("migration/" + target));
    }

    /** All migrations. */
    public synchronized List<MigratingRecord> migrations() {
        return all(MigratingRecord.class);
    }
}
