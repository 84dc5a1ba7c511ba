package berth.local;

import berth.block.DiffSink;
import berth.block.DiskUsage;
import berth.block.Extent;
import berth.local.page.BlockState;
import berth.local.page.LayerMap;
import berth.local.page.LayerMap.PageView;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Differences and space, computed from the maps. Safe for use by several threads. */
final class Reports {
    private static final int PAGE_BYTES_SHIFT = LayerMap.PAGE_SHIFT + LayerMap.BLOCK_SHIFT;

    private final StoreContext context;
    private final Structure structure;

    Reports(StoreContext context, Structure structure) {
        this.context = context;
        this.structure = structure;
    }

    /**
     * What differs between a snapshot and a point in time.
     *
     * @param at the point in time; null for the image as it is now
     */
    void diff(
            ImageState image,
            Optional<String> from,
            @Nullable PointInTime at,
            long offset,
            long length,
            DiffSink sink) {
        if (from.isEmpty()) {
            image.extents(at, offset, length, (start, n, kind) -> {
                if (kind == Extent.Kind.DATA) {
                    sink.accept(start, n, true);
                }
            });
            return;
        }
        PointInTime start = structure.locked(() -> image.snapshot(structure.snapshot(image.id(), from.get())));
        long stamp = image.lock().readLock();
        try {
            PointInTime end = at == null ? image.head() : at;
            diff(start, end, offset, length, new DiffMerger(sink));
        } finally {
            image.lock().unlockRead(stamp);
        }
    }

    private static void diff(PointInTime start, PointInTime end, long offset, long length, DiffMerger sink) {
        if (length == 0) {
            return;
        }
        LayerDiff layers = LayerDiff.between(start, end);
        int firstPage = (int) (offset >>> PAGE_BYTES_SHIFT);
        int lastPage = (int) ((offset + length - 1) >>> PAGE_BYTES_SHIFT);
        for (int page : layers.pages(firstPage, lastPage)) {
            BitSet changed = layers.changed(page);
            long pageStart = (long) page << PAGE_BYTES_SHIFT;
            for (int at = changed.nextSetBit(0); at >= 0; ) {
                int runEnd = changed.nextClearBit(at);
                long from = Math.max(offset, pageStart + ((long) at << LayerMap.BLOCK_SHIFT));
                long to = Math.min(offset + length, pageStart + ((long) runEnd << LayerMap.BLOCK_SHIFT));
                if (from < to) {
                    report(start, end, from, to, sink);
                }
                at = changed.nextSetBit(runEnd);
            }
        }
        sink.finish();
    }

    /** A block that was nothing and is nothing has not changed, whatever happened in between. */
    private static void report(PointInTime start, PointInTime end, long from, long to, DiffMerger sink) {
        end.extents(from, to - from, (at, n, kind) -> {
            if (kind == Extent.Kind.DATA) {
                sink.accept(at, n, true);
                return;
            }
            long before = Math.clamp(start.size() - at, 0, n);
            if (before > 0) {
                start.extents(at, before, (old, m, was) -> {
                    if (was == Extent.Kind.DATA) {
                        sink.accept(old, m, false);
                    }
                });
            }
        });
    }

    /** Joins neighbours. */
    private static final class DiffMerger implements DiffSink {
        private final DiffSink next;
        private long start;
        private long length;
        private boolean exists;

        DiffMerger(DiffSink next) {
            this.next = next;
        }

        @Override
        public void accept(long offset, long n, boolean existsNow) {
            if (length > 0 && existsNow == exists && offset == start + length) {
                length += n;
                return;
            }
            finish();
            start = offset;
            length = n;
            exists = existsNow;
        }

        void finish() {
            if (length > 0) {
                next.accept(start, length, exists);
                length = 0;
            }
        }
    }

    /** What a point in time takes beyond the snapshot before it: the blocks that are seen in the layers since then. */
    DiskUsage usage(ImageState image, @Nullable PointInTime at) {
        return structure.locked(() -> {
            PointInTime point = at == null ? image.head() : at;
            List<Layer> layers = layersSinceSnapshot(image, point.top());
            TreeSet<Integer> pages = new TreeSet<>();
            layers.forEach(layer -> pages.addAll(layer.map().pages()));
            long blocks = 0;
            for (int page : pages) {
                blocks += dataBlocks(layers, page, Layer.blocks(point.size()));
            }
            return new DiskUsage(point.size(), blocks * LayerMap.BLOCK_BYTES);
        });
    }

    private List<Layer> layersSinceSnapshot(ImageState image, Layer top) {
        List<Layer> layers = new ArrayList<>();
        Layer layer = top;
        while (layer != null && image.ownLayers().contains(layer)) {
            boolean before = layer != top
                    && !context.catalog().snapshotsOf(layer.number()).isEmpty();
            if (before) {
                break;
            }
            layers.add(layer);
            layer = layer.below();
        }
        return layers;
    }

    /** The blocks of a page for which the first layer that has something has data. */
    private static int dataBlocks(List<Layer> layers, int page, long endBlock) {
        BitSet seen = new BitSet(LayerMap.PAGE_BLOCKS);
        long first = (long) page << LayerMap.PAGE_SHIFT;
        long visible = endBlock - first;
        int count = 0;
        for (Layer layer : layers) {
            PageView view = layer.map().page(page);
            int limit = Math.clamp(visible, 0, LayerMap.PAGE_BLOCKS);
            for (int at = 0; at < limit; ) {
                int end = Math.min(limit, view.runEnd(at));
                if (view.get(at) != BlockState.ABSENT) {
                    int before = seen.cardinality();
                    seen.set(at, end);
                    count += view.get(at) == BlockState.DATA ? seen.cardinality() - before : 0;
                }
                at = end;
            }
            visible = Math.min(visible, layer.overlapBlocks() - first);
        }
        return count;
    }
}
