package berth.local;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Extent;
import berth.block.ExtentSink;
import berth.block.Problem;
import berth.block.Source;
import berth.block.Zeroes;
import berth.local.catalog.CatalogRecord.FillRecord;
import berth.local.catalog.CatalogRecord.OriginKind;
import berth.local.page.FillMap;
import berth.local.page.LayerMap;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The origin of a loaded image that is being filled. Safe for use by several threads. */
final class FillState {
    /** The binary logarithm of the size of an object: 4 MiB, whatever the image's layout. */
    static final int OBJECT_SHIFT = 22;

    private final StoreContext context;
    private final FillRecord record;
    private final FillMap map;
    private final boolean overParent;
    private List<Layer> layers = List.of();
    private volatile @Nullable Source origin;

    /** Whether somebody copies; under the structure lock. */
    boolean copying;

    FillState(StoreContext context, FillRecord record) {
        this.context = context;
        this.record = record;
        this.map = new FillMap(context.pages().file(record.pages()));
        this.overParent = record.kind() == OriginKind.LINKED
                && !context.catalog().migration(record.image()).orElseThrow().flatten();
    }

    FillRecord record() {
        return record;
    }

    FillMap map() {
        return map;
    }

    /** The fill layers, oldest point in time first. */
    List<Layer> layers() {
        return layers;
    }

    /** Whether the first fill layer only takes what differs from the parent below it. */
    boolean overParent() {
        return overParent && layers.getFirst().below() != null;
    }

    /** Called under the image's exclusive lock and the structure lock. */
    void place(List<Layer> fillLayers) {
        layers = List.copyOf(fillLayers);
        if (record.kind() != OriginKind.IMPORT) {
            // Opening a store's own origin takes the structure lock, which a reader must not wait for.
            Source open = origin();
            Layer parent = layers.getFirst().below();
            if (record.kind() == OriginKind.FLATTEN && open instanceof StoreOrigin own && parent != null) {
                own.lookAnew(parent);
            }
        }
    }

    int objectBlocks() {
        return 1 << (OBJECT_SHIFT - LayerMap.BLOCK_SHIFT);
    }

    long objects() {
        return (record.size() + (1L << OBJECT_SHIFT) - 1) >>> OBJECT_SHIFT;
    }

    /**
     * The blocks of a page of the maps, as indexes in the page, whose objects are not filled. An object can be filled at
     * any moment, and its blocks are in the layers before it counts as filled: so whoever wants to know where blocks are
     * asks this first and the layers' maps after it.
     */
    BitSet unfilled(int page) {
        long first = (long) page << LayerMap.PAGE_SHIFT;
        BitSet unfilled = new BitSet(LayerMap.PAGE_BLOCKS);
        for (int at = 0; at < LayerMap.PAGE_BLOCKS; at += objectBlocks()) {
            if (!map.isFilled((first + at) >>> (OBJECT_SHIFT - LayerMap.BLOCK_SHIFT))) {
                unfilled.set(at, at + objectBlocks());
            }
        }
        return unfilled;
    }

    /** Makes readers of a clone's parent look into the maps anew. */
    void lookAnew(long fromBlock, long toBlock) {
        Source open = origin;
        if (open instanceof StoreOrigin own) {
            own.lookAnew(fromBlock, toBlock);
        }
    }

    /** The origin; opened on first use. */
    synchronized Source origin() {
        Source open = origin;
        if (open == null) {
            open = switch (record.kind()) {
                case IMPORT ->
                    context.sources()
                            .open(context.catalog()
                                    .migration(record.image())
                                    .orElseThrow()
                                    .description());
                case LINKED ->
                    StoreOrigin.ofImage(
                            context, context.catalog().migration(record.image()).orElseThrow());
                case FLATTEN -> StoreOrigin.ofParent(layers.getFirst(), context.indexQueue());
            };
            if (open.points().size() != record.layers().size()) {
                int found = open.points().size();
                open.close();
                throw new BlockException(
                        Problem.SOURCE_CHANGED,
                        "the source has " + found + " points in time, it had "
                                + record.layers().size() + " when the image was prepared");
            }
            origin = open;
        }
        return open;
    }

    /** The image that is migrated, if it is in the store. Called under the structure lock. */
    Optional<ImageState> source() {
        return context.catalog()
                .migration(record.image())
                .flatMap(migration -> Optional.ofNullable(context.images().find(migration.source())));
    }

    private BlockReader point(int number) {
        return origin().points().get(number).reader();
    }

    /** How many threads can read from the origin with profit. */
    int originThreads() {
        return origin().points().getLast().reader().usefulThreads();
    }

    /** Reads from the origin at a point in time; zeroes after its end. */
    void readOrigin(int point, long offset, ByteBuffer into) {
        BlockReader reader = point(point);
        int limit = into.limit();
        long available = Math.clamp(reader.size() - offset, 0, into.remaining());
        if (available > 0) {
            into.limit(into.position() + (int) available);
            reader.read(offset, into);
            into.limit(limit);
        }
        Zeroes.fill(into);
    }

    /** Says what the origin has in a range at a point in time; nothing after its end. */
    void originExtents(int point, long offset, long length, ExtentSink sink) {
        BlockReader reader = point(point);
        long available = Math.clamp(reader.size() - offset, 0, length);
        if (available > 0) {
            reader.extents(offset, available, sink);
        }
        if (available < length) {
            sink.accept(offset + available, length - available, Extent.Kind.UNALLOCATED);
        }
    }

    /** Says where the origin's point in time can differ from the one before it; nowhere after its end. */
    void originChanges(int point, long offset, long length, ExtentSink sink) {
        long available = Math.clamp(point(point).size() - offset, 0, length);
        if (available > 0) {
            origin().changes(point, offset, available, sink);
        }
    }

    /** The size of the origin at a point in time, as it was when the image was prepared. */
    long pointSize(int point) {
        return record.sizes().get(point);
    }

    synchronized void close() {
        Source open = origin;
        origin = null;
        if (open != null) {
            open.close();
        }
    }
}
