package berth.local;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Extent;
import berth.block.ExtentMerger;
import berth.block.ExtentSink;
import berth.block.Limits;
import berth.block.Problem;
import berth.block.Zeroes;
import berth.local.page.EvictionQueue;
import berth.local.page.LayerMap;
import java.nio.ByteBuffer;

/**
 * What is seen from one layer downwards, up to a size. The caller holds the lock of the image shared (or uses the point
 * while nothing can change it).
 */
final class PointInTime implements BlockReader {
    private final EvictionQueue queue;
    private volatile Layer top;
    private volatile BlockIndex index;
    private volatile long size;
    private volatile boolean removed;

    PointInTime(Layer top, long size, EvictionQueue queue) {
        this.queue = queue;
        this.top = top;
        this.size = size;
        this.index = new BlockIndex(top, size, queue);
    }

    Layer top() {
        return top;
    }

    BlockIndex index() {
        return index;
    }

    /** Looks at the stack anew, after it was changed under the image's exclusive lock. */
    void reset(Layer newTop) {
        top = newTop;
        index = new BlockIndex(top, size, queue);
    }

    /** The same point in time after its size was changed, under the image's exclusive lock. */
    void grow(long newSize) {
        index.grow(newSize);
        size = newSize;
    }

    /** A point in time with a new, empty layer on top, which keeps what this one knows of the layers. */
    PointInTime pushed(Layer newTop) {
        PointInTime next = new PointInTime(newTop, size, queue);
        if (index.push(newTop)) {
            next.index = index;
        }
        return next;
    }

    /** Refuses all further reading: the snapshot is no more. Under the image's exclusive lock. */
    void remove() {
        removed = true;
    }

    private void check(long offset, long length) {
        if (removed) {
            throw new BlockException(Problem.SNAPSHOT_NOT_FOUND, "the snapshot has been removed");
        }
        Limits.checkRange(offset, length, size);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        check(offset, into.remaining());
        BlockIndex blocks = index;
        long at = offset;
        int limit = into.limit();
        long end = offset + into.remaining();
        long endBlock = Layer.blocks(end);
        while (at < end) {
            long block = at >>> LayerMap.BLOCK_SHIFT;
            int code = blocks.code(block);
            long runEnd = Math.min(end, blocks.runEnd(block, endBlock, code) << LayerMap.BLOCK_SHIFT);
            int n = (int) (runEnd - at);
            into.limit(into.position() + n);
            readRun(blocks, code, at, into);
            into.limit(limit);
            at = runEnd;
        }
    }

    private static void readRun(BlockIndex blocks, int code, long offset, ByteBuffer into) {
        if (BlockIndex.isData(code)) {
            blocks.layer(code).data().read(into, offset);
        } else if (BlockIndex.isOrigin(code)) {
            Layer layer = blocks.layer(code);
            fillOf(layer).readOrigin(layer.fillPoint(), offset, into);
        } else {
            Zeroes.fill(into);
        }
    }

    private static FillState fillOf(Layer layer) {
        FillState fill = layer.fill();
        if (fill == null) {
            throw new IllegalStateException("layer " + layer.number() + " is no fill layer");
        }
        return fill;
    }

    @Override
    public void extents(long offset, long length, ExtentSink sink) {
        check(offset, length);
        ExtentMerger merger = new ExtentMerger(sink);
        BlockIndex blocks = index;
        long at = offset;
        long end = offset + length;
        long endBlock = Layer.blocks(end);
        while (at < end) {
            long block = at >>> LayerMap.BLOCK_SHIFT;
            int code = blocks.code(block);
            long runEnd = Math.min(end, blocks.runEnd(block, endBlock, code) << LayerMap.BLOCK_SHIFT);
            if (BlockIndex.isOrigin(code)) {
                Layer layer = blocks.layer(code);
                fillOf(layer).originExtents(layer.fillPoint(), at, runEnd - at, merger);
            } else {
                merger.accept(at, runEnd - at, kind(code));
            }
            at = runEnd;
        }
        merger.finish();
    }

    private static Extent.Kind kind(int code) {
        return switch (code) {
            case BlockIndex.HOLE -> Extent.Kind.UNALLOCATED;
            case BlockIndex.ZERO -> Extent.Kind.ZERO;
            default -> Extent.Kind.DATA;
        };
    }

    /** There is nothing to close: the layers belong to the images that use them. */
    @Override
    public void close() {}
}
