package berth.local;

import berth.block.BlockReader;
import berth.block.Extent;
import berth.block.ExtentMerger;
import berth.block.ExtentSink;
import berth.block.Source;
import berth.local.catalog.CatalogRecord.ImageRecord;
import berth.local.catalog.CatalogRecord.MigratingRecord;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import berth.local.page.EvictionQueue;
import berth.local.page.LayerMap;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An origin in the store itself: an image that is being moved, or the parent of a clone. Nothing in it can change while
 * it is an origin. Opened under the structure lock.
 */
final class StoreOrigin implements Source {
    private final List<Point> points;
    private final List<PointInTime> at;
    private final Runnable release;
    private final boolean firstOverParent;
    private final List<Layer> own;

    private StoreOrigin(
            List<Point> points, List<PointInTime> at, List<Layer> own, boolean firstOverParent, Runnable release) {
        this.points = points;
        this.at = at;
        this.own = own;
        this.firstOverParent = firstOverParent;
        this.release = release;
    }

    /** The source image of a linked migration, with its snapshots. */
    static StoreOrigin ofImage(StoreContext context, MigratingRecord migration) {
        ImageState source = context.images().use(migration.source());
        ImageRecord record = context.catalog().image(migration.source());
        List<Point> points = new ArrayList<>();
        List<PointInTime> at = new ArrayList<>();
        for (SnapshotRecord snapshot : context.catalog().snapshots(record.id())) {
            PointInTime point = source.snapshot(snapshot);
            at.add(point);
            points.add(new Point(snapshot.name(), snapshot.isProtected(), Optional.of(snapshot.created()), point));
        }
        at.add(source.head());
        points.add(new Point("", false, Optional.empty(), source.head()));
        return new StoreOrigin(
                points,
                at,
                source.ownLayers(),
                !migration.flatten(),
                () -> context.images().release(source));
    }

    /** The parent that shows through below a clone's fill layer. */
    static StoreOrigin ofParent(Layer fillLayer, EvictionQueue queue) {
        Layer parent = fillLayer.below();
        if (parent == null) {
            throw new IllegalStateException("layer " + fillLayer.number() + " has no parent");
        }
        PointInTime reader = new PointInTime(parent, fillLayer.overlap(), queue);
        return new StoreOrigin(
                List.of(new Point("", false, Optional.empty(), reader)), List.of(reader), List.of(), false, () -> {});
    }

    /** Takes notice that the parent's layers have changed. Called as {@link FillState#place}. */
    void lookAnew(Layer parent) {
        at.getFirst().reset(parent);
    }

    /** Makes readers look into the maps of a range of blocks anew. */
    void lookAnew(long fromBlock, long toBlock) {
        at.forEach(point -> point.index().invalidate(fromBlock, toBlock));
    }

    @Override
    public List<Point> points() {
        return points;
    }

    @Override
    public void changes(int point, long offset, long length, ExtentSink sink) {
        if (point == 0 && !firstOverParent) {
            allocated(offset, length, sink);
            return;
        }
        LayerDiff diff = point == 0
                ? LayerDiff.ofOwn(at.getFirst().top(), own)
                : LayerDiff.between(at.get(point - 1), at.get(point));
        ExtentMerger merger = new ExtentMerger(sink);
        long position = offset;
        long end = offset + length;
        while (position < end) {
            int page = (int) (position >>> (LayerMap.BLOCK_SHIFT + LayerMap.PAGE_SHIFT));
            long pageStart = (long) page << (LayerMap.BLOCK_SHIFT + LayerMap.PAGE_SHIFT);
            long pageEnd = Math.min(end, pageStart + ((long) LayerMap.PAGE_BLOCKS << LayerMap.BLOCK_SHIFT));
            BitSet changed = diff.changed(page);
            while (position < pageEnd) {
                int block = (int) ((position - pageStart) >>> LayerMap.BLOCK_SHIFT);
                boolean here = changed.get(block);
                int next = here ? changed.nextClearBit(block) : changed.nextSetBit(block);
                long runEnd = next < 0 ? pageEnd : Math.min(pageEnd, pageStart + ((long) next << LayerMap.BLOCK_SHIFT));
                merger.accept(position, runEnd - position, here ? Extent.Kind.DATA : Extent.Kind.UNALLOCATED);
                position = runEnd;
            }
        }
        merger.finish();
    }

    private void allocated(long offset, long length, ExtentSink sink) {
        BlockReader reader = points.getFirst().reader();
        long available = Math.clamp(reader.size() - offset, 0, length);
        ExtentMerger merger = new ExtentMerger(sink);
        if (available > 0) {
            reader.extents(
                    offset,
                    available,
                    (at, n, kind) -> merger.accept(
                            at, n, kind == Extent.Kind.DATA ? Extent.Kind.DATA : Extent.Kind.UNALLOCATED));
        }
        if (available < length) {
            merger.accept(offset + available, length - available, Extent.Kind.UNALLOCATED);
        }
        merger.finish();
    }

    /** What is in the store cannot be changed behind its back. */
    @Override
    public Map<String, String> validators() {
        return Map.of();
    }

    @Override
    public String description() {
        return "";
    }

    @Override
    public void close() {
        release.run();
    }
}
