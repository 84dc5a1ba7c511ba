package berth.local;

import berth.block.Zeroes;
import berth.local.page.LayerMap;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * The bytes of an object at one point in time. Blocks that are not present are zero, whatever lies in memory there, so
 * holes cost nothing. Offsets are bytes within the object. Not for use by several threads.
 */
final class ObjectBuffer {
    /** The size of an object in bytes. */
    static final int BYTES = 1 << FillState.OBJECT_SHIFT;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
    private final MemorySegment memory = MemorySegment.ofBuffer(bytes);
    private final BitSet present = new BitSet(BYTES >>> LayerMap.BLOCK_SHIFT);

    /** Makes all of it zero. */
    void clear() {
        present.clear();
    }

    /** Whether no block is present. */
    boolean isEmpty() {
        return present.isEmpty();
    }

    /** The blocks that are present. */
    BitSet present() {
        return present;
    }

    /** The memory of a range, for reading from. */
    ByteBuffer slice(int start, int end) {
        return bytes.slice(start, end - start);
    }

    /** The memory of a range, which is present from now on; the caller fills all of it. */
    ByteBuffer claim(int start, int end) {
        claimPart(start);
        claimPart(end);
        present.set(start >>> LayerMap.BLOCK_SHIFT, blockAfter(end));
        return slice(start, end);
    }

    /** Gives the block around a boundary within it its zeroes, for one side of it stays as it is. */
    private void claimPart(int boundary) {
        int block = boundary >>> LayerMap.BLOCK_SHIFT;
        if ((boundary & (LayerMap.BLOCK_BYTES - 1)) != 0 && !present.get(block)) {
            zeroMemory(block << LayerMap.BLOCK_SHIFT, (block + 1) << LayerMap.BLOCK_SHIFT);
            present.set(block);
        }
    }

    /** Makes a range zero. */
    void zero(int start, int end) {
        int firstWhole = blockAfter(start);
        int endWhole = end >>> LayerMap.BLOCK_SHIFT;
        if (firstWhole > endWhole) {
            zeroPart(start, end); // all within one block
            return;
        }
        zeroPart(start, firstWhole << LayerMap.BLOCK_SHIFT);
        present.clear(firstWhole, endWhole);
        zeroPart(endWhole << LayerMap.BLOCK_SHIFT, end);
    }

    private void zeroPart(int start, int end) {
        if (start < end && present.get(start >>> LayerMap.BLOCK_SHIFT)) {
            zeroMemory(start, end);
        }
    }

    private void zeroMemory(int start, int end) {
        memory.asSlice(start, end - start).fill((byte) 0);
    }

    /** Drops the blocks that are all zero, looking at the object's first {@code length} bytes. */
    void normalize(int length) {
        for (int block = present.nextSetBit(0); block >= 0; block = present.nextSetBit(block + 1)) {
            int start = block << LayerMap.BLOCK_SHIFT;
            if (start >= length || Zeroes.isZero(memory, start, Math.min(LayerMap.BLOCK_BYTES, length - start))) {
                present.clear(block);
            }
        }
    }

    /** Whether a block that is present in both has the same bytes, of which the object's first {@code length} count. */
    boolean sameBlock(int block, ObjectBuffer other, int length) {
        int start = block << LayerMap.BLOCK_SHIFT;
        int end = Math.min(length, start + LayerMap.BLOCK_BYTES);
        return MemorySegment.mismatch(memory, start, end, other.memory, start, end) < 0;
    }

    private static int blockAfter(int offset) {
        return (offset + LayerMap.BLOCK_BYTES - 1) >>> LayerMap.BLOCK_SHIFT;
    }
}
