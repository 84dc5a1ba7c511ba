package berth.local;

import berth.block.BlockException;
import berth.block.ExtentSink;
import berth.block.Limits;
import berth.block.Problem;
import berth.local.catalog.Catalog;
import berth.local.catalog.CatalogRecord.FillRecord;
import berth.local.catalog.CatalogRecord.ImageRecord;
import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import berth.local.page.LayerMap;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * A loaded image: what its handles share. I/O takes {@link #lock()} shared; {@link #rewire} and everything else that
 * changes the stack is called with the structure lock and with this lock held exclusively.
 */
final class ImageState {
    private static final VarHandle REQUESTS;
    /** Zeroing changes the map of all of the range: 1 MiB of it for this much. */
    private static final long MAX_ZERO_BYTES = 16L << 30;

    static {
        try {
            REQUESTS = MethodHandles.lookup().findVarHandle(ImageState.class, "requests", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final StoreContext context;
    private final String id;
    private final StampedLock lock = new StampedLock();
    private final ReentrantLock reclaiming = new ReentrantLock();
    private final HeadWriter writer = new HeadWriter();
    private final Flusher flusher;
    private final Map<Long, PointInTime> snapshots = new ConcurrentHashMap<>();
    private final List<LocalImage> handles = new ArrayList<>();
    /** Images that are being filled and whose layers this one sees: their origin is needed for reading them. */
    private List<ImageState> supports = List.of();

    private Set<Layer> layers = Set.of();
    private List<Layer> ownLayers = List.of();
    private volatile @Nullable FillState fill;
    private volatile @Nullable PointInTime head;

    /** Counted without synchronisation: a few lost counts do no harm. */
    @SuppressWarnings("unused")
    private long requests;

    /** How many have loaded the image; under the structure lock. */
    int users;

    ImageState(StoreContext context, String id) {
        this.context = context;
        this.id = id;
        this.flusher = new Flusher(context, this);
    }

    String id() {
        return id;
    }

    StampedLock lock() {
        return lock;
    }

    /** Held by the one who reclaims space of the image; taken before the structure lock. */
    ReentrantLock reclaiming() {
        return reclaiming;
    }

    HeadWriter writer() {
        return writer;
    }

    Flusher flusher() {
        return flusher;
    }

    /** The handles that are open; under the structure lock. */
    List<LocalImage> handles() {
        return handles;
    }

    /** All layers that the image can see. */
    Set<Layer> layers() {
        return layers;
    }

    /** The layers that belong to the image. */
    List<Layer> ownLayers() {
        return ownLayers;
    }

    /** The layer with this number among the image's own; null when there is none. */
    @Nullable
    Layer ownLayer(long number) {
        for (Layer layer : ownLayers) {
            if (layer.number() == number) {
                return layer;
            }
        }
        return null;
    }

    @Nullable
    FillState fill() {
        return fill;
    }

    /** What clients see and write. */
    PointInTime head() {
        PointInTime now = head;
        if (now == null) {
            throw new BlockException(Problem.CLOSED, "the image is not loaded");
        }
        return now;
    }

    long requests() {
        return (long) REQUESTS.getOpaque(this);
    }

    private void countRequest() {
        REQUESTS.setOpaque(this, (long) REQUESTS.getOpaque(this) + 1);
    }

    /** Reads the structure from the catalog anew. */
    void rewire() {
        Catalog catalog = context.catalog();
        ImageRecord record = catalog.image(id);
        Set<Layer> linked = new LinkedHashSet<>();
        List<Layer> own = new ArrayList<>();
        for (LayerRecord layer : catalog.layersOf(id)) {
            own.add(context.layers().link(layer.number(), linked));
        }
        Layer top = context.layers().link(record.head(), linked);
        context.layers().exchange(layers, linked);
        layers = linked;
        ownLayers = own;
        rewireSupports(catalog);
        rewireFill(catalog.fill(id));
        PointInTime old = head;
        if (old != null && old.top() == top && old.size() == record.size()) {
            // Whoever reads this image as an origin keeps the point in time.
            old.reset(top);
        } else if (old != null && old.top() == top && old.size() < record.size()) {
            old.grow(record.size());
        } else if (old != null && old.top() != top && top.below() == old.top() && old.size() == record.size()) {
            head = old.pushed(top);
        } else {
            head = new PointInTime(top, record.size(), context.indexQueue());
        }
        rewireSnapshots();
    }

    private void rewireSupports(Catalog catalog) {
        List<ImageState> old = supports;
        supports = layers.stream()
                .map(layer -> catalog.layer(layer.number()))
                .filter(layer -> layer.fillPoint() >= 0 && !layer.image().equals(id))
                .map(LayerRecord::image)
                .distinct()
                .map(context.images()::use)
                .toList();
        old.forEach(context.images()::release);
    }

    private void rewireFill(Optional<FillRecord> record) {
        FillState old = fill;
        if (record.isEmpty()) {
            if (old != null) {
                ownLayers.forEach(layer -> layer.fillFrom(null, -1));
                fill = null;
                old.close();
            }
            return;
        }
        FillState now = old != null ? old : new FillState(context, record.get());
        List<Long> numbers = record.get().layers();
        List<Layer> fillLayers = new ArrayList<>();
        for (int point = 0; point < numbers.size(); point++) {
            Layer layer = ownLayer(numbers.get(point));
            if (layer == null) {
                throw new BlockException(
                        Problem.CORRUPT, "image " + id + " lacks its fill layer " + numbers.get(point));
            }
            layer.fillFrom(now, point);
            fillLayers.add(layer);
        }
        now.place(fillLayers);
        fill = now;
    }

    private void rewireSnapshots() {
        Map<Long, SnapshotRecord> now = new HashMap<>();
        context.catalog().snapshots(id).forEach(snapshot -> now.put(snapshot.number(), snapshot));
        snapshots.entrySet().removeIf(entry -> {
            SnapshotRecord snapshot = now.get(entry.getKey());
            if (snapshot == null) {
                entry.getValue().remove();
                return true;
            }
            entry.getValue().reset(ownTop(snapshot));
            return false;
        });
    }

    /** The point in time of one of the image's snapshots; under the structure lock. */
    PointInTime snapshot(SnapshotRecord record) {
        return snapshots.computeIfAbsent(
                record.number(), _ -> new PointInTime(ownTop(record), record.size(), context.indexQueue()));
    }

    private Layer ownTop(SnapshotRecord snapshot) {
        Layer layer = ownLayer(snapshot.layer());
        if (layer == null) {
            throw new BlockException(Problem.CORRUPT, "snapshot " + snapshot.name() + " lacks its layer");
        }
        return layer;
    }

    /** The block indexes of the image and its open snapshots. */
    void invalidateIndexes(long fromBlock, long toBlock) {
        head().index().invalidate(fromBlock, toBlock);
        for (PointInTime point : List.copyOf(snapshots.values())) {
            point.index().invalidate(fromBlock, toBlock);
        }
    }

    /** Makes whoever reads through this image's layers look into a page of the maps anew. */
    void lookAnew(int page) {
        long from = (long) page << LayerMap.PAGE_SHIFT;
        invalidateIndexes(from, from + LayerMap.PAGE_BLOCKS);
        FillState filling = fill;
        if (filling != null) {
            filling.lookAnew(from, from + LayerMap.PAGE_BLOCKS);
        }
    }

    void read(@Nullable PointInTime at, long offset, ByteBuffer into) {
        countRequest();
        long stamp = lock.readLock();
        try {
            (at == null ? head() : at).read(offset, into);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    void extents(@Nullable PointInTime at, long offset, long length, ExtentSink sink) {
        long stamp = lock.readLock();
        try {
            (at == null ? head() : at).extents(offset, length, sink);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    void write(long offset, ByteBuffer from) {
        countRequest();
        context.checkpoint().relieve();
        long stamp = lock.readLock();
        try {
            PointInTime at = head();
            Limits.checkRange(offset, from.remaining(), at.size());
            writer.write(at, offset, from);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    void zero(long offset, long length, boolean keepSpace) {
        countRequest();
        Limits.checkRange(offset, length, head().size());
        long end = offset + length;
        for (long at = offset; at < end; at = (at / MAX_ZERO_BYTES + 1) * MAX_ZERO_BYTES) {
            context.checkpoint().relieve();
            zeroAtOnce(at, Math.min(end, (at / MAX_ZERO_BYTES + 1) * MAX_ZERO_BYTES) - at, keepSpace);
        }
    }

    private void zeroAtOnce(long offset, long length, boolean keepSpace) {
        long stamp = lock.readLock();
        try {
            PointInTime at = head();
            Limits.checkRange(offset, length, at.size());
            writer.zero(at, offset, length, keepSpace);
        } finally {
            lock.unlockRead(stamp);
        }
    }

    void flush() {
        long stamp = lock.readLock();
        try {
            flusher.flush();
        } finally {
            lock.unlockRead(stamp);
        }
    }

    /** Lets go of everything; nobody uses the image any more. */
    void unload() {
        FillState filling = fill;
        if (filling != null) {
            filling.map().file().writeBack();
            filling.map().file().close();
            filling.close();
        }
        supports.forEach(context.images()::release);
        supports = List.of();
        context.layers().exchange(layers, Set.of());
        layers = Set.of();
        ownLayers = List.of();
        head = null;
    }
}
