package berth.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Finds zeroes quickly. */
public final class Zeroes {
    private static final int BYTES = 1 << 16;
    private static final MemorySegment ZERO = Arena.global().allocate(BYTES).asReadOnly();

    private Zeroes() {}

    /**
     * Some zeroes, outside of the heap, for reading.
     *
     * @param length in bytes, at most 64 KiB
     */
    public static MemorySegment segment(long length) {
        return ZERO.asSlice(0, length);
    }

    /** Whether all bytes from position to limit are zero. */
    public static boolean isZero(ByteBuffer buffer) {
        return isZero(MemorySegment.ofBuffer(buffer), 0, buffer.remaining());
    }

    /** Whether {@code length} bytes at {@code offset} are zero. */
    public static boolean isZero(MemorySegment bytes, long offset, long length) {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long n = Math.min(BYTES, end - at);
            if (MemorySegment.mismatch(bytes, at, at + n, ZERO, 0, n) >= 0) {
                return false;
            }
            at += n;
        }
        return true;
    }

    /** Fills the buffer with zeroes from its position to its limit, and advances it. */
    public static void fill(ByteBuffer buffer) {
        MemorySegment.ofBuffer(buffer).fill((byte) 0);
        buffer.position(buffer.limit());
    }
}
