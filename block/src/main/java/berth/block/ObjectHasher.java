package berth.block;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/**
 * Computes the digests of an object. The digest of one point in time is XXH3-128 over every maximal run of 4 KiB blocks
 * that are not all zero: the run's first block number within the object and its length in blocks (two 64-bit
 * little-endian numbers), then its bytes. Bytes after the disk's end count as zeroes. So the digest depends on what a
 * reader sees alone, not on how it is stored. The digest of the object at all of its points in time is XXH3-128 over
 * theirs, oldest first, each as two 64-bit little-endian numbers, the upper half first: stores can copy and check one
 * point in time after the other, and what a receipt says of one point in time is what the object's digest is made of.
 */
public final class ObjectHasher {
    /** The unit in which zeroes are told from data. */
    public static final int BLOCK_BYTES = 4096;

    private ObjectHasher() {}

    /**
     * The digest of one point in time.
     *
     * @param object its bytes from position to limit, from the object's first byte on; left as they are
     */
    public static ObjectDigest point(ByteBuffer object) {
        MemorySegment bytes = MemorySegment.ofBuffer(object);
        BitSet data = new BitSet();
        for (long at = 0; at < bytes.byteSize(); at += BLOCK_BYTES) {
            long n = Math.min(BLOCK_BYTES, bytes.byteSize() - at);
            data.set((int) (at / BLOCK_BYTES), !Zeroes.isZero(bytes, at, n));
        }
        return point(object, data);
    }

    /**
     * The digest of one point in time of which it is known where it is zero.
     *
     * @param object its bytes from position to limit, from the object's first byte on; left as they are
     * @param data the blocks that are not all zero; the bytes of others are not looked at
     */
    public static ObjectDigest point(ByteBuffer object, BitSet data) {
        MemorySegment bytes = MemorySegment.ofBuffer(object);
        try (Xxh3 hash = Xxh3.open()) {
            int end;
            for (int start = data.nextSetBit(0); start >= 0; start = data.nextSetBit(end)) {
                end = data.nextClearBit(start);
                addRun(hash, bytes, start, end);
            }
            return hash.get();
        }
    }

    private static void addRun(Xxh3 hash, MemorySegment bytes, long startBlock, long endBlock) {
        hash.add(startBlock);
        hash.add(endBlock - startBlock);
        long start = startBlock * BLOCK_BYTES;
        long end = endBlock * BLOCK_BYTES;
        long missing = Math.max(0, end - bytes.byteSize());
        hash.add(bytes.asSlice(start, end - start - missing));
        if (missing > 0) {
            hash.add(Zeroes.segment(missing));
        }
    }

    /** The digest of an object at all of its points in time, whose own digests are given oldest first. */
    public static ObjectDigest object(List<ObjectDigest> points) {
        try (Xxh3 hash = Xxh3.open()) {
            for (ObjectDigest point : points) {
                hash.add(point.high());
                hash.add(point.low());
            }
            return hash.get();
        }
    }
}
