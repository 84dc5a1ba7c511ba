package berth.block.contract;

import berth.block.BlockReader;
import berth.block.DiffSink;
import berth.block.Extent;
import berth.block.ExtentMerger;
import berth.block.ExtentSink;
import berth.block.Limits;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a disk in memory: a map of blocks of 4 KiB; where there is no block, it reads as zeroes. A block is never
 * changed once it is in the map, only replaced. So copies can share blocks, and two copies hold the same array exactly
 * where neither has been written since the one was made from the other. Not for use by several threads.
 */
public final class SparseBytes implements BlockReader {
    /** The size of a block. */
    public static final int BLOCK = 4096;

    private static final byte[] ZEROES = new byte[BLOCK];

    private final TreeMap<Long, byte[]> blocks;
    private long size;

    /** Zeroes. */
    public SparseBytes(long size) {
        this(size, Map.of());
    }

    private SparseBytes(long size, Map<Long, byte[]> blocks) {
        this.size = size;
        this.blocks = new TreeMap<>(blocks);
    }

    /** Bytes that change no more when these do. */
    public SparseBytes copy() {
        return new SparseBytes(size, blocks);
    }

    @Override
    public long size() {
        return size;
    }

    /** Cuts bytes off or adds zeroes; a block that the old end cuts counts as written then. */
    public void resize(long newSize) {
        if (newSize < size) {
            zero(newSize, size - newSize, false);
        } else if (newSize > size && size % BLOCK != 0) {
            blocks.computeIfPresent(size / BLOCK, (block, bytes) -> bytes.clone());
        }
        size = newSize;
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        Limits.checkRange(offset, into.remaining(), size);
        long at = offset;
        while (into.hasRemaining()) {
            int within = (int) (at % BLOCK);
            int n = Math.min(BLOCK - within, into.remaining());
            byte @Nullable [] block = blocks.get(at / BLOCK);
            into.put(block == null ? ZEROES : block, within, n);
            at += n;
        }
    }

    /** The bytes of a range. */
    public byte[] read(long offset, int length) {
        byte[] bytes = new byte[length];
        read(offset, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** Writes as {@link berth.block.BlockDevice#write} does. */
    public void write(long offset, ByteBuffer from) {
        Limits.checkRange(offset, from.remaining(), size);
        long at = offset;
        while (from.hasRemaining()) {
            int within = (int) (at % BLOCK);
            int n = Math.min(BLOCK - within, from.remaining());
            byte[] block = blockCopy(at / BLOCK);
            from.get(block, within, n);
            blocks.put(at / BLOCK, block);
            at += n;
        }
    }

    /** Writes bytes. */
    public SparseBytes write(long offset, byte[] bytes) {
        write(offset, ByteBuffer.wrap(bytes));
        return this;
    }

    /**
     * Makes a range zeroes.
     *
     * @param keepSpace whether blocks that are there stay, full of zeroes
     */
    public void zero(long offset, long length, boolean keepSpace) {
        Limits.checkRange(offset, length, size);
        long end = offset + length;
        for (long block : new TreeSet<>(stored(offset, length).keySet())) {
            int from = (int) Math.max(0, offset - block * BLOCK);
            int to = (int) Math.min(BLOCK, end - block * BLOCK);
            if (from == 0 && (to == BLOCK || block * BLOCK + to == size) && !keepSpace) {
                blocks.remove(block);
            } else {
                byte[] bytes = blockCopy(block);
                Arrays.fill(bytes, from, to, (byte) 0);
                blocks.put(block, bytes);
            }
        }
    }

    /** Blocks are data, whatever is in them; the rest is unallocated. */
    @Override
    public void extents(long offset, long length, ExtentSink sink) {
        Limits.checkRange(offset, length, size);
        ExtentMerger merger = new ExtentMerger(sink);
        long end = offset + length;
        long at = offset;
        for (long block : stored(offset, length).keySet()) {
            long start = Math.max(offset, block * BLOCK);
            long stop = Math.min(end, (block + 1) * BLOCK);
            merger.accept(at, start - at, Extent.Kind.UNALLOCATED);
            merger.accept(start, stop - start, Extent.Kind.DATA);
            at = stop;
        }
        merger.accept(at, end - at, Extent.Kind.UNALLOCATED);
        merger.finish();
    }

    /**
     * Lists the blocks written, or made zero where there was something, since {@code from} was a copy of these bytes or
     * both were copies of the same; clipped to the range.
     *
     * @param from what to compare with; null for nothing at all
     */
    public void changes(@Nullable SparseBytes from, long offset, long length, DiffSink sink) {
        Limits.checkRange(offset, length, size);
        TreeSet<Long> candidates = new TreeSet<>(stored(offset, length).keySet());
        if (from != null) {
            candidates.addAll(from.stored(offset, length).keySet());
        }
        for (long block : candidates) {
            byte @Nullable [] now = blocks.get(block);
            if (from == null || !isSame(now, from.blocks.get(block))) {
                long start = Math.max(offset, block * BLOCK);
                long stop = Math.min(offset + length, (block + 1) * BLOCK);
                sink.accept(start, stop - start, now != null);
            }
        }
    }

    /** The number of bytes in blocks that {@code below} does not hold. */
    public long bytesBeyond(@Nullable SparseBytes below) {
        return BLOCK
                * blocks.entrySet().stream()
                        .filter(block -> below == null || !isSame(block.getValue(), below.blocks.get(block.getKey())))
                        .count();
    }

    /** Whether a block was not replaced; what is in it does not matter. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(byte @Nullable [] block, byte @Nullable [] other) {
        return block == other;
    }

    /** Does nothing. */
    @Override
    public void close() {}

    /** A block, not to be changed; null where there is none. */
    byte @Nullable [] block(long number) {
        return blocks.get(number);
    }

    /** Puts a block that is not changed any more in the place of another; null for none. */
    void replaceBlock(long number, byte @Nullable [] bytes) {
        if (bytes == null) {
            blocks.remove(number);
        } else {
            blocks.put(number, bytes);
        }
    }

    /**
     * Makes blocks count as written that are not those of {@code below}. Where that has a block of zeroes and these have
     * none, there is one now: nobody can read the difference.
     */
    void layOver(SparseBytes below) {
        blocks.replaceAll((number, bytes) -> isSame(bytes, below.blocks.get(number)) ? bytes : bytes.clone());
        addZeroesOf(below);
    }

    /** Adds blocks of zeroes where {@code below} has some and these have no block. */
    void addZeroesOf(SparseBytes below) {
        below.blocks.forEach((number, bytes) -> {
            if (number * BLOCK < size && Arrays.equals(bytes, ZEROES)) {
                blocks.putIfAbsent(number, new byte[BLOCK]);
            }
        });
    }

    private Map<Long, byte[]> stored(long offset, long length) {
        return length == 0
                ? Collections.emptyMap()
                : blocks.subMap(offset / BLOCK, true, (offset + length - 1) / BLOCK, true);
    }

    private byte[] blockCopy(long block) {
        byte @Nullable [] bytes = blocks.get(block);
        return bytes == null ? new byte[BLOCK] : bytes.clone();
    }
}
