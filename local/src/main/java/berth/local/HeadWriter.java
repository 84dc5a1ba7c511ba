package berth.local;

import berth.block.Zeroes;
import berth.local.page.BlockState;
import berth.local.page.LayerMap;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes to the top layer of an image. The caller holds the image's lock, shared is enough.
 *
 * <p>A block that the top layer has is overwritten in place without any further lock. Any other block is written whole,
 * completed from what lies below, while the lock of its region (1 MiB of the disk) is held; so two writers to different
 * bytes of a block cannot lose each other's bytes, and a discard cannot punch out what was written after it.
 */
final class HeadWriter {
    private static final int REGION_SHIFT = 20;
    private static final int REGION_LOCKS = 64;
    private static final int BLOCK_MASK = LayerMap.BLOCK_BYTES - 1;

    private final ReentrantLock[] regionLocks = new ReentrantLock[REGION_LOCKS];

    HeadWriter() {
        for (int i = 0; i < REGION_LOCKS; i++) {
            regionLocks[i] = new ReentrantLock();
        }
    }

    /** The lock of the region that holds a byte. */
    ReentrantLock regionLock(long offset) {
        long region = offset >>> REGION_SHIFT;
        return regionLocks[(int) ((region ^ (region >>> 6)) & (REGION_LOCKS - 1))];
    }

    private static long regionEnd(long offset, long end) {
        return Math.min(end, ((offset >>> REGION_SHIFT) + 1) << REGION_SHIFT);
    }

    /** Writes a range that lies within the point in time's size. */
    void write(PointInTime head, long offset, ByteBuffer from) {
        BlockIndex index = head.index();
        long end = offset + from.remaining();
        if (ownedByTop(index, offset, end)) {
            index.top().data().write(from, offset);
            return;
        }
        int start = from.position();
        int limit = from.limit();
        for (long at = offset; at < end; ) {
            long next = regionEnd(at, end);
            from.limit(start + (int) (next - offset)).position(start + (int) (at - offset));
            writeInRegion(head, at, from);
            at = next;
        }
        from.limit(limit).position(limit);
    }

    private static boolean ownedByTop(BlockIndex index, long offset, long end) {
        long first = offset >>> LayerMap.BLOCK_SHIFT;
        long last = Layer.blocks(end);
        int top = index.topCode();
        return first == last || (index.code(first) == top && index.runEnd(first, last, top) == last);
    }

    private void writeInRegion(PointInTime head, long offset, ByteBuffer from) {
        ReentrantLock lock = regionLock(offset);
        lock.lock();
        try {
            BlockIndex index = head.index();
            Layer top = index.top();
            long end = offset + from.remaining();
            long first = offset >>> LayerMap.BLOCK_SHIFT;
            long last = Layer.blocks(end);
            if ((offset & BLOCK_MASK) != 0) {
                int n = (int) Math.min(from.remaining(), LayerMap.BLOCK_BYTES - (offset & BLOCK_MASK));
                writePartOfBlock(head, offset, take(from, n));
            }
            // The bytes of the last block after the image's end mean nothing, so that a write up to the end is whole.
            int tail = end == head.size() ? 0 : (int) Math.min(from.remaining(), end & BLOCK_MASK);
            int whole = from.remaining() - tail;
            if (whole > 0) {
                top.data().write(take(from, whole), end - tail - whole);
            }
            if (tail > 0) {
                writePartOfBlock(head, end - tail, take(from, tail));
            }
            top.map().set(first, last, BlockState.DATA);
            index.update(first, last, index.topCode());
        } finally {
            lock.unlock();
        }
    }

    private static ByteBuffer take(ByteBuffer from, int n) {
        ByteBuffer part = from.slice(from.position(), n);
        from.position(from.position() + n);
        return part;
    }

    /** Writes to a part of one block; where the top layer has not got the block, it gets all of it. */
    private static void writePartOfBlock(PointInTime head, long offset, ByteBuffer part) {
        BlockIndex index = head.index();
        LayerData data = index.top().data();
        long block = offset >>> LayerMap.BLOCK_SHIFT;
        if (index.code(block) == index.topCode()) {
            data.write(part, offset);
            return;
        }
        long blockStart = block << LayerMap.BLOCK_SHIFT;
        ByteBuffer whole = completeBlock(head, blockStart, head.size());
        whole.put((int) (offset - blockStart), part, part.position(), part.remaining());
        data.write(whole, blockStart);
    }

    /** A block as it is seen now, with zeroes from the disk's byte {@code end} on. */
    private static ByteBuffer completeBlock(PointInTime head, long blockStart, long end) {
        ByteBuffer whole = Buffers.block();
        whole.limit((int) Math.min(LayerMap.BLOCK_BYTES, end - blockStart));
        head.read(blockStart, whole);
        whole.limit(LayerMap.BLOCK_BYTES);
        Zeroes.fill(whole);
        return whole.flip();
    }

    /**
     * Makes the bytes of the last block after the image's end zero, before the image grows over them. Where there are
     * layers below, the top layer gets the block in any case: the end of a migration may exchange them for others, in
     * which there is something after that end.
     */
    void zeroTail(PointInTime head) {
        long size = head.size();
        if ((size & BLOCK_MASK) == 0) {
            return;
        }
        BlockIndex index = head.index();
        long block = size >>> LayerMap.BLOCK_SHIFT;
        int code = index.code(block);
        boolean fromBelow = code != index.topCode() && index.top().below() != null;
        if (!fromBelow && (code == BlockIndex.HOLE || code == BlockIndex.ZERO)) {
            return;
        }
        long offset = block << LayerMap.BLOCK_SHIFT;
        if (!fromBelow && tailIsZero(index.top().data(), size)) {
            return;
        }
        ByteBuffer whole = completeBlock(head, offset, size);
        if (Zeroes.isZero(whole)) {
            index.top().data().punch(offset, LayerMap.BLOCK_BYTES);
            clear(index, block, block + 1, BlockState.ZERO, BlockIndex.ZERO);
            return;
        }
        index.top().data().write(whole, offset);
        index.top().map().set(block, block + 1, BlockState.DATA);
        index.update(block, block + 1, index.topCode());
    }

    private static boolean tailIsZero(LayerData data, long size) {
        ByteBuffer tail = Buffers.block();
        tail.limit((int) (LayerMap.BLOCK_BYTES - (size & BLOCK_MASK)));
        data.read(tail, size);
        return Zeroes.isZero(tail.flip());
    }

    /**
     * Makes a range read as zeroes.
     *
     * @param keepSpace whether the space that the top layer has there is kept
     */
    void zero(PointInTime head, long offset, long length, boolean keepSpace) {
        long end = offset + length;
        long wholeStart = Math.min(end, (offset + BLOCK_MASK) & ~BLOCK_MASK);
        long wholeEnd = end == head.size() ? end : Math.max(wholeStart, end & ~BLOCK_MASK);
        zeroPart(head, offset, wholeStart);
        zeroBlocks(head, wholeStart, wholeEnd, keepSpace);
        zeroPart(head, wholeEnd, end);
    }

    private void zeroPart(PointInTime head, long from, long to) {
        if (from >= to) {
            return;
        }
        // What is zero already needs no block of its own.
        ByteBuffer part = ByteBuffer.allocateDirect((int) (to - from));
        head.read(from, part);
        part.flip();
        if (!Zeroes.isZero(part)) {
            Zeroes.fill(part);
            writeInRegion(head, from, part.flip());
        }
    }

    private void zeroBlocks(PointInTime head, long from, long to, boolean keepSpace) {
        BlockIndex index = head.index();
        long end = Layer.blocks(to);
        long at = from >>> LayerMap.BLOCK_SHIFT;
        if (from >= to) {
            return;
        }
        while (at < end) {
            int code = index.code(at);
            long runEnd = index.runEnd(at, end, code);
            if (code != BlockIndex.HOLE && code != BlockIndex.ZERO) {
                for (long part = at; part < runEnd; ) {
                    long next = regionEnd(part << LayerMap.BLOCK_SHIFT, runEnd << LayerMap.BLOCK_SHIFT)
                            >>> LayerMap.BLOCK_SHIFT;
                    zeroInRegion(head, part, next, keepSpace && code == index.topCode());
                    part = next;
                }
            }
            at = runEnd;
        }
    }

    private void zeroInRegion(PointInTime head, long from, long to, boolean keepSpace) {
        ReentrantLock lock = regionLock(from << LayerMap.BLOCK_SHIFT);
        lock.lock();
        try {
            BlockIndex index = head.index();
            Layer top = index.top();
            long offset = from << LayerMap.BLOCK_SHIFT;
            long length = (to - from) << LayerMap.BLOCK_SHIFT;
            if (keepSpace) {
                top.data().reserveZeroes(offset, length);
                top.map().set(from, to, BlockState.DATA);
                index.update(from, to, index.topCode());
                return;
            }
            // Only what the layer below does not reach is as if it had never been written.
            long covered = Math.clamp(top.overlapBlocks(), from, to);
            clear(index, from, covered, BlockState.ZERO, BlockIndex.ZERO);
            clear(index, covered, to, BlockState.ABSENT, BlockIndex.HOLE);
            top.data().punch(offset, length);
        } finally {
            lock.unlock();
        }
    }

    private static void clear(BlockIndex index, long from, long to, BlockState state, int code) {
        if (from < to) {
            index.top().map().set(from, to, state);
            index.update(from, to, code);
        }
    }
}
