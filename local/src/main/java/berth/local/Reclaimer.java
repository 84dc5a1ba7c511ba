package berth.local;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Progress;
import berth.local.catalog.Catalog;
import berth.local.catalog.CatalogRecord.ImageRecord;
import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import berth.local.catalog.Transaction;
import berth.local.page.BlockState;
import berth.local.page.LayerMap;
import berth.local.page.LayerMap.PageView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Gives back the space of hidden layers: layers that no snapshot sees, between the top layer of their image and its
 * bottom. All work is done in steps under the structure lock while I/O goes on; after each step the store is whole, and
 * what is left undone (at a crash, say) is done by the next call. One call at a time works on an image: of two, one would
 * drop as covered what the other has just copied.
 *
 * <p>A hidden layer with one layer above it first loses the blocks that the other covers. Then the two become one: the
 * smaller one's blocks are copied into the other. The top layer is special: what lies below it is only copied up when it
 * is small, for copying down would write under the clients' hands.
 */
final class Reclaimer {
    /** The most that is copied into a top layer. */
    private static final long MAX_COPY_TO_TOP_BLOCKS = (64L << 20) / LayerMap.BLOCK_BYTES;
    /** Pages of the maps (64 MiB of disk each) handled in one step. */
    private static final int STEP_PAGES = 32;

    private final StoreContext context;
    private final Structure structure;

    Reclaimer(StoreContext context, Structure structure) {
        this.context = context;
        this.structure = structure;
    }

    /** A hidden layer and the only layer above it, both of a loaded image. */
    private record Pair(ImageState image, Layer hidden, Layer above, boolean top) {}

    /**
     * Reclaims what can be reclaimed of a layer, and of its neighbours where that makes them hidden or mergeable. A full
     * disk ends it early, without harm.
     */
    void reclaim(ImageState image, long layer, Progress progress) {
        ArrayDeque<Long> work = new ArrayDeque<>();
        work.add(layer);
        image.reclaiming().lock();
        try {
            while (!work.isEmpty()) {
                long number = work.removeFirst();
                LayerRecord before = context.catalog().findLayer(number);
                if (before != null && reclaimOne(image, number, progress)) {
                    work.add(before.below());
                    context.catalog().above(before.below()).forEach(next -> work.add(next.number()));
                }
            }
        } catch (BlockException e) {
            if (e.problem() != Problem.NO_SPACE) {
                throw e;
            }
        } finally {
            image.reclaiming().unlock();
        }
    }

    /** Reclaims all hidden layers of an image. */
    void reclaimAll(ImageState image, Progress progress) {
        for (LayerRecord layer : context.catalog().layersOf(image.id())) {
            reclaim(image, layer.number(), progress);
        }
    }

    /** Whether the layer has gone. */
    private boolean reclaimOne(ImageState image, long number, Progress progress) {
        if (structure.locked(() -> dropIfUnseen(image, number))) {
            return true;
        }
        List<Integer> pages = structure.locked(() -> {
            Pair pair = pair(image, number);
            return pair == null
                    ? List.<Integer>of()
                    : List.copyOf(pair.hidden().map().pages());
        });
        for (int at = 0; at < pages.size(); at += STEP_PAGES) {
            List<Integer> step = pages.subList(at, Math.min(pages.size(), at + STEP_PAGES));
            context.checkpoint().relieve();
            structure.locked(() -> dropCovered(image, number, step));
            progress.step(at, pages.size());
        }
        return merge(image, number, progress);
    }

    private @Nullable Pair pair(ImageState image, long number) {
        Catalog catalog = context.catalog();
        LayerRecord hidden = catalog.findLayer(number);
        if (hidden == null || !isHidden(hidden) || !hidden.image().equals(image.id())) {
            return null;
        }
        List<LayerRecord> above = catalog.above(number);
        if (above.size() != 1
                || above.getFirst().fillPoint() >= 0
                || !above.getFirst().image().equals(hidden.image())) {
            return null;
        }
        Layer lower = image.ownLayer(number);
        Layer upper = image.ownLayer(above.getFirst().number());
        if (lower == null || upper == null) {
            return null;
        }
        boolean top = catalog.image(image.id()).head() == upper.number();
        return new Pair(image, lower, upper, top);
    }

    private boolean isHidden(LayerRecord layer) {
        Catalog catalog = context.catalog();
        // Nothing changes in the source of a migration, which lies in the trash: its target reads from it.
        return catalog.image(layer.image()).trash().isEmpty()
                && layer.fillPoint() < 0
                && catalog.snapshotsOf(layer.number()).isEmpty()
                && catalog.image(layer.image()).head() != layer.number();
    }

    private boolean dropIfUnseen(ImageState image, long number) {
        LayerRecord layer = context.catalog().findLayer(number);
        if (layer == null
                || !isHidden(layer)
                || !layer.image().equals(image.id())
                || !context.catalog().above(number).isEmpty()) {
            return false;
        }
        List<Long> deleted = new ArrayList<>();
        structure.change(structure.seeing(number), transaction -> structure.dropUnseen(transaction, layer, deleted));
        structure.deleteFiles(deleted);
        return true;
    }

    /** Frees the blocks of a hidden layer that the layer above covers or does not let through. */
    private void dropCovered(ImageState image, long number, List<Integer> pages) {
        Pair pair = pair(image, number);
        if (pair == null) {
            return;
        }
        Map<Integer, PageView> covering = new HashMap<>();
        for (int page : pages) {
            covering.put(page, pair.above().map().page(page));
        }
        // What covers must be durable before what is covered goes. Who still reads what is covered must be done, and
        // nobody may go on to: what was copied up before is still known where it was.
        image.flush();
        structure.lookAnew(structure.seeing(number), pages);
        covering.forEach((page, cover) -> dropCoveredInPage(pair, page, cover));
    }

    private static void dropCoveredInPage(Pair pair, int page, PageView cover) {
        PageView held = pair.hidden().map().page(page);
        long first = (long) page << LayerMap.PAGE_SHIFT;
        long visible = pair.above().overlapBlocks() - first;
        for (int at = 0; at < LayerMap.PAGE_BLOCKS; ) {
            int end = Math.min(held.runEnd(at), cover.runEnd(at));
            if (at < visible && end > visible) {
                end = (int) visible;
            }
            boolean covered = at >= visible || cover.get(at) != BlockState.ABSENT;
            if (covered && held.get(at) != BlockState.ABSENT) {
                pair.hidden().map().set(first + at, first + end, BlockState.ABSENT);
                if (held.get(at) == BlockState.DATA) {
                    long offset = (first + at) << LayerMap.BLOCK_SHIFT;
                    pair.hidden().data().punch(offset, (long) (end - at) << LayerMap.BLOCK_SHIFT);
                }
            }
            at = end;
        }
    }

    /** How two layers become one. */
    private enum Direction {
        UP,
        DOWN,
        NOT
    }

    /** What is to be copied, and between which layers, of which the one above was the top or not. */
    private record Merge(Direction direction, long above, boolean top, List<Integer> pages) {
        /** Whether the layers are what they were. A top that held nothing may have been written and frozen meanwhile. */
        boolean isOf(Pair pair) {
            return pair.above().number() == above && pair.top() == top;
        }
    }

    private boolean merge(ImageState image, long number, Progress progress) {
        Merge merge = structure.locked(() -> planned(pair(image, number)));
        if (merge == null) {
            return false;
        }
        int done = 0;
        progress.step(done, Math.max(1, merge.pages().size()));
        for (int page : merge.pages()) {
            context.checkpoint().relieve();
            if (!structure.locked(() -> copyPage(pair(image, number), merge, page))) {
                return false;
            }
            progress.step(++done, merge.pages().size());
        }
        return structure.locked(() -> join(image, number, merge));
    }

    private static @Nullable Merge planned(@Nullable Pair pair) {
        Direction direction = direction(pair);
        if (pair == null || direction == Direction.NOT) {
            return null;
        }
        Layer from = direction == Direction.UP ? pair.hidden() : pair.above();
        return new Merge(
                direction,
                pair.above().number(),
                pair.top(),
                List.copyOf(from.map().pages()));
    }

    private static Direction direction(@Nullable Pair pair) {
        if (pair == null) {
            return Direction.NOT;
        }
        long below = pair.hidden().map().dataBlocks();
        if (!pair.top()) {
            return below <= pair.above().map().dataBlocks() ? Direction.UP : Direction.DOWN;
        }
        if (pair.above().map().isEmpty()) {
            return Direction.DOWN;
        }
        return below <= MAX_COPY_TO_TOP_BLOCKS ? Direction.UP : Direction.NOT;
    }

    /** Copies a page of the map and what is in it, if the layers are still what they were. */
    private static boolean copyPage(@Nullable Pair pair, Merge merge, int page) {
        if (pair == null || !merge.isOf(pair)) {
            return false;
        }
        boolean up = merge.direction() == Direction.UP;
        Layer from = up ? pair.hidden() : pair.above();
        Layer to = up ? pair.above() : pair.hidden();
        PageView source = from.map().page(page);
        long first = (long) page << LayerMap.PAGE_SHIFT;
        for (int at = 0; at < LayerMap.PAGE_BLOCKS; ) {
            int end = source.runEnd(at);
            BlockState state = source.get(at);
            if (state != BlockState.ABSENT) {
                for (long block = first + at; block < first + end; block++) {
                    if (up) {
                        moveUp(pair, block, state);
                    } else {
                        move(from, to, block, state);
                    }
                }
            }
            at = end;
        }
        return true;
    }

    /** Copies a block up unless the layer above has it, or has got it meanwhile from a client. */
    private static void moveUp(Pair pair, long block, BlockState state) {
        long stamp = pair.image().lock().readLock();
        ReentrantLock region = pair.image().writer().regionLock(block << LayerMap.BLOCK_SHIFT);
        region.lock();
        try {
            if (pair.above().map().get(block) == BlockState.ABSENT
                    && block < pair.above().overlapBlocks()) {
                move(pair.hidden(), pair.above(), block, state);
                BlockIndex index = pair.image().head().index();
                if (pair.top()) {
                    index.update(block, block + 1, state == BlockState.DATA ? index.topCode() : BlockIndex.ZERO);
                }
            }
        } finally {
            region.unlock();
            pair.image().lock().unlockRead(stamp);
        }
    }

    private static void move(Layer from, Layer to, long block, BlockState state) {
        long offset = block << LayerMap.BLOCK_SHIFT;
        if (state == BlockState.DATA) {
            var bytes = Buffers.block();
            from.data().read(bytes, offset);
            to.data().write(bytes.flip(), offset);
        } else if (to.map().get(block) == BlockState.DATA) {
            to.data().punch(offset, LayerMap.BLOCK_BYTES);
        }
        to.map().set(block, block + 1, state);
    }

    /** Makes one layer of two after everything has been copied. Returns whether the layer has gone. */
    private boolean join(ImageState image, long number, Merge merge) {
        Pair pair = pair(image, number);
        if (pair == null || !merge.isOf(pair)) {
            return false;
        }
        List<Long> deleted = new ArrayList<>();
        structure.change(structure.seeing(number), transaction -> {
            if (merge.direction() == Direction.UP) {
                joinUp(transaction, pair, deleted);
            } else if (!pair.top() || pair.above().map().isEmpty()) {
                // Only now, with the image's lock held, is it certain that no client wrote to the top in the meantime.
                joinDown(transaction, pair, deleted);
            }
        });
        structure.deleteFiles(deleted);
        return !deleted.isEmpty();
    }

    private void joinUp(Transaction transaction, Pair pair, List<Long> deleted) {
        LayerRecord hidden = context.catalog().layer(pair.hidden().number());
        LayerRecord above = context.catalog().layer(pair.above().number());
        transaction
                .put(above.over(hidden.below(), Math.min(hidden.overlap(), above.overlap())))
                .delete(hidden);
        deleted.add(hidden.number());
    }

    private void joinDown(Transaction transaction, Pair pair, List<Long> deleted) {
        Catalog catalog = context.catalog();
        LayerRecord hidden = catalog.layer(pair.hidden().number());
        LayerRecord above = catalog.layer(pair.above().number());
        transaction
                .put(hidden.over(hidden.below(), Math.min(hidden.overlap(), above.overlap())))
                .delete(above);
        for (SnapshotRecord snapshot : catalog.snapshotsOf(above.number())) {
            transaction.put(snapshot.moved(snapshot.image(), snapshot.number(), hidden.number()));
        }
        for (LayerRecord next : catalog.above(above.number())) {
            transaction.put(next.over(hidden.number(), next.overlap()));
        }
        if (pair.top()) {
            ImageRecord image = catalog.image(pair.image().id());
            transaction.put(image.with(image.size(), hidden.number()));
        }
        deleted.add(above.number());
    }
}
