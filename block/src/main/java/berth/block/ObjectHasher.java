package berth.block;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

/**
 * Computes the digest of an object: XXH3-128 over its points in time, oldest first. For each point, every maximal run of
 * 4 KiB blocks that are not all zero adds the run's first block number within the object and its length in blocks (two
 * 64-bit little-endian numbers), then its bytes; the point ends with the number -1. Bytes after the disk's end count as
 * zeroes. So the digest depends on what a reader sees alone, not on how it is stored.
 *
 * <p>Not for use by several threads.
 */
public final class ObjectHasher {
    /** The unit in which zeroes are told from data. */
    public static final int BLOCK_BYTES = 4096;

    private static final long END_OF_POINT = -1;
    private static final int CHUNK_BYTES = 1 << 16;

    private final HashStream128 stream = Hashing.xxh3_128().hashStream();
    private final byte[] chunk = new byte[CHUNK_BYTES];

    /** Takes the runs of blocks that are not all zero. */
    @FunctionalInterface
    public interface RunSink {
        /** Takes the bytes from {@code start} to {@code end} (exclusive) of the object. */
        void accept(int start, int end);
    }

    /**
     * Adds one point in time.
     *
     * @param object its bytes from position to limit, from the object's first byte on; left as they are
     */
    public void addPoint(ByteBuffer object) {
        addPoint(object, (_, _) -> {});
    }

    /** Adds one point in time, and tells where it is not zero. */
    public void addPoint(ByteBuffer object, RunSink runs) {
        MemorySegment bytes = MemorySegment.ofBuffer(object);
        long size = bytes.byteSize();
        long at = 0;
        while (at < size) {
            if (Zeroes.isZero(bytes, at, Math.min(BLOCK_BYTES, size - at))) {
                at += BLOCK_BYTES;
                continue;
            }
            long end = at + BLOCK_BYTES;
            while (end < size && !Zeroes.isZero(bytes, end, Math.min(BLOCK_BYTES, size - end))) {
                end += BLOCK_BYTES;
            }
            addRun(bytes, at, end);
            runs.accept((int) at, (int) Math.min(end, size));
            at = end;
        }
        endPoint();
    }

    /** Adds a point in time at which the object reads as zeroes. */
    public void endPoint() {
        stream.putLong(END_OF_POINT);
    }

    private void addRun(MemorySegment bytes, long start, long end) {
        stream.putLong(start / BLOCK_BYTES);
        stream.putLong((end - start) / BLOCK_BYTES);
        long stored = Math.min(end, bytes.byteSize()) - start;
        for (long at = start; at < start + stored; at += CHUNK_BYTES) {
            int n = (int) Math.min(CHUNK_BYTES, start + stored - at);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, chunk, 0, n);
            stream.putBytes(chunk, 0, n);
        }
        for (long missing = end - start - stored; missing > 0; missing--) {
            stream.putByte((byte) 0);
        }
    }

    /** The digest of the points added so far. */
    public ObjectDigest digest() {
        return ObjectDigest.of(stream.get());
    }
}
