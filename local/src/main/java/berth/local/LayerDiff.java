package berth.local;

import berth.block.Extent;
import berth.local.page.BlockState;
import berth.local.page.LayerMap;
import berth.local.page.LayerMap.PageView;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where two points in time can differ, from the maps of the layers between them: a block is in it when one of those
 * layers has it, or when it was cut off by a smaller size in between. The caller holds the image's lock.
 */
final class LayerDiff {
    private final List<Layer> path = new ArrayList<>();
    /** Blocks from here on were cut off somewhere on the way. */
    private long cutFrom = Long.MAX_VALUE;

    /** The block in which the smaller of two sizes ends: one point in time has a part of it, the other all; -1 for none. */
    private long cutBlock = -1;

    /** What layers have that are seen from {@code top} and belong to {@code only}. */
    static LayerDiff ofOwn(Layer top, Collection<Layer> only) {
        LayerDiff diff = new LayerDiff();
        for (Layer at = top; at != null && only.contains(at); at = at.below()) {
            diff.add(at);
        }
        return diff;
    }

    /** What is between two points in time: the way from the layer of each to the layer that both see first. */
    static LayerDiff between(PointInTime fromPoint, PointInTime toPoint) {
        Layer from = fromPoint.top();
        Set<Layer> seenFrom = LayerTable.chain(from);
        LayerDiff diff = new LayerDiff();
        long smaller = Math.min(fromPoint.size(), toPoint.size());
        if (fromPoint.size() != toPoint.size() && smaller % LayerMap.BLOCK_BYTES != 0) {
            diff.cutBlock = smaller >>> LayerMap.BLOCK_SHIFT;
        }
        Layer common = toPoint.top();
        while (common != null && !seenFrom.contains(common)) {
            diff.add(common);
            common = common.below();
        }
        for (Layer at = from; at != null && at != common; at = at.below()) {
            diff.add(at);
        }
        return diff;
    }

    private void add(Layer layer) {
        path.add(layer);
        if (layer.below() != null) {
            cutFrom = Math.min(cutFrom, layer.overlapBlocks());
        }
    }

    /** The pages of the disk in which something may differ, in order, among {@code first} to {@code last}. */
    Collection<Integer> pages(int first, int last) {
        TreeSet<Integer> pages = new TreeSet<>();
        for (Layer layer : path) {
            pages.addAll(layer.map().pages().subSet(first, true, last, true));
            if (layer.fill() != null) {
                return allPages(first, last);
            }
        }
        int cutPage = (int) (cutBlock >>> LayerMap.PAGE_SHIFT);
        if (cutBlock >= 0 && cutPage >= first && cutPage <= last) {
            pages.add(cutPage);
        }
        if (cutFrom <= ((last + 1L) << LayerMap.PAGE_SHIFT)) {
            pages.addAll(allPages((int) Math.max(first, cutFrom >>> LayerMap.PAGE_SHIFT), last));
        }
        return pages;
    }

    private static List<Integer> allPages(int first, int last) {
        List<Integer> pages = new ArrayList<>();
        for (int page = first; page <= last; page++) {
            pages.add(page);
        }
        return pages;
    }

    /** The blocks of a page that may differ, as indexes in the page. */
    BitSet changed(int page) {
        BitSet changed = new BitSet(LayerMap.PAGE_BLOCKS);
        for (Layer layer : path) {
            addUnfilled(layer, page, changed);
            PageView view = layer.map().page(page);
            for (int at = 0; at < LayerMap.PAGE_BLOCKS; ) {
                int end = view.runEnd(at);
                if (view.get(at) != BlockState.ABSENT) {
                    changed.set(at, end);
                }
                at = end;
            }
        }
        long first = (long) page << LayerMap.PAGE_SHIFT;
        if (cutFrom < first + LayerMap.PAGE_BLOCKS) {
            changed.set((int) Math.max(0, cutFrom - first), LayerMap.PAGE_BLOCKS);
        }
        if (cutBlock >>> LayerMap.PAGE_SHIFT == page) {
            changed.set((int) (cutBlock - first));
        }
        return changed;
    }

    /** What is still to be filled into a layer is different there, too. */
    private static void addUnfilled(Layer layer, int page, BitSet changed) {
        FillState fill = layer.fill();
        if (fill == null) {
            return;
        }
        long first = (long) page << LayerMap.PAGE_SHIFT;
        BitSet unfilled = fill.unfilled(page);
        for (int at = unfilled.nextSetBit(0); at >= 0; ) {
            int end = unfilled.nextClearBit(at);
            long offset = (first + at) << LayerMap.BLOCK_SHIFT;
            long length = Math.min(
                    (long) (end - at) << LayerMap.BLOCK_SHIFT, fill.record().size() - offset);
            if (length > 0) {
                fill.originChanges(layer.fillPoint(), offset, length, (start, n, kind) -> {
                    if (kind != Extent.Kind.UNALLOCATED) {
                        long from = (start >>> LayerMap.BLOCK_SHIFT) - first;
                        changed.set((int) from, (int) (Layer.blocks(start + n) - first));
                    }
                });
            }
            at = unfilled.nextSetBit(end);
        }
    }
}
