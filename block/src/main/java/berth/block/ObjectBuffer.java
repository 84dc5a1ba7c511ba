package berth.block;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * The bytes of an object at one point in time. Blocks that are not present are zero, whatever lies in memory there, so
 * holes cost nothing. Offsets are bytes within the object. Not for use by several threads.
 */
public final class ObjectBuffer {
    /** The size of an object in bytes: 4 MiB. */
    public static final int BYTES = 1 << 22;

    private static final int BLOCK_SHIFT = 12;
    private static final int BLOCK_BYTES = 1 << BLOCK_SHIFT;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);
    private final MemorySegment memory = MemorySegment.ofBuffer(bytes);
    private final BitSet present = new BitSet(BYTES >>> BLOCK_SHIFT);

    /** A buffer that is all zero; its memory is native. */
    public ObjectBuffer() {}

    /** Makes all of it zero. */
    public void clear() {
        present.clear();
    }

    /** Whether no block is present. */
    public boolean isEmpty() {
        return present.isEmpty();
    }

    /** Whether a block of {@link ObjectHasher#BLOCK_BYTES} is present; where not, it is zero. */
    public boolean isPresent(int block) {
        return present.get(block);
    }

    /** The memory of a range, for reading from. */
    public ByteBuffer slice(int start, int end) {
        return bytes.slice(start, end - start);
    }

    /** The memory of a range, which is present from now on; the caller fills all of it. */
    public ByteBuffer claim(int start, int end) {
        claimPart(start);
        claimPart(end);
        present.set(start >>> BLOCK_SHIFT, blockAfter(end));
        return slice(start, end);
    }

    /** Gives the block around a boundary within it its zeroes, for one side of it stays as it is. */
    private void claimPart(int boundary) {
        int block = boundary >>> BLOCK_SHIFT;
        if ((boundary & (BLOCK_BYTES - 1)) != 0 && !present.get(block)) {
            zeroMemory(block << BLOCK_SHIFT, (block + 1) << BLOCK_SHIFT);
            present.set(block);
        }
    }

    /** Makes a range zero. */
    public void zero(int start, int end) {
        int firstWhole = blockAfter(start);
        int endWhole = end >>> BLOCK_SHIFT;
        if (firstWhole > endWhole) {
            zeroPart(start, end); // all within one block
            return;
        }
        zeroPart(start, firstWhole << BLOCK_SHIFT);
        present.clear(firstWhole, endWhole);
        zeroPart(endWhole << BLOCK_SHIFT, end);
    }

    private void zeroPart(int start, int end) {
        if (start < end && present.get(start >>> BLOCK_SHIFT)) {
            zeroMemory(start, end);
        }
    }

    private void zeroMemory(int start, int end) {
        memory.asSlice(start, end - start).fill((byte) 0);
    }

    /** Drops the blocks that are all zero, looking at the object's first {@code length} bytes. */
    public void normalize(int length) {
        for (int block = present.nextSetBit(0); block >= 0; block = present.nextSetBit(block + 1)) {
            int start = block << BLOCK_SHIFT;
            if (start >= length || Zeroes.isZero(memory, start, Math.min(BLOCK_BYTES, length - start))) {
                present.clear(block);
            }
        }
    }

    /** The digest of the object's first {@code length} bytes; the buffer is {@linkplain #normalize normalized}. */
    public ObjectDigest digest(int length) {
        return ObjectHasher.point(slice(0, length), present);
    }

    /**
     * Tells, in runs as long as possible, where the object's first {@code length} bytes differ from an earlier point in
     * time: {@link Extent.Kind#DATA} where bytes are to be stored, {@link Extent.Kind#ZERO} where those that were are to
     * go, {@link Extent.Kind#UNALLOCATED} where both are the same. Both buffers are {@linkplain #normalize normalized}.
     * Boundaries lie between blocks, but for the end.
     */
    public void differences(ObjectBuffer before, int length, ExtentSink sink) {
        int blocks = blockAfter(length);
        for (int at = 0; at < blocks; ) {
            Extent.Kind difference = difference(before, at, length);
            int end = at + 1;
            while (end < blocks && difference(before, end, length) == difference) {
                end++;
            }
            int start = at << BLOCK_SHIFT;
            sink.accept(start, Math.min(length, end << BLOCK_SHIFT) - (long) start, difference);
            at = end;
        }
    }

    private Extent.Kind difference(ObjectBuffer before, int block, int length) {
        if (!present.get(block)) {
            return before.present.get(block) ? Extent.Kind.ZERO : Extent.Kind.UNALLOCATED;
        }
        return before.present.get(block) && sameBlock(block, before, length)
                ? Extent.Kind.UNALLOCATED
                : Extent.Kind.DATA;
    }

    private boolean sameBlock(int block, ObjectBuffer other, int length) {
        int start = block << BLOCK_SHIFT;
        int end = Math.min(length, start + BLOCK_BYTES);
        return MemorySegment.mismatch(memory, start, end, other.memory, start, end) < 0;
    }

    private static int blockAfter(int offset) {
        return (offset + BLOCK_BYTES - 1) >>> BLOCK_SHIFT;
    }
}
