package berth.ceph;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * XXH64 with seed 0, which OSDs compute, of whole blocks.
 *
 * @see <a href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">xxHash fast digest algorithm, XXH64</a>
 */
final class XxHash64 {
    private static final ValueLayout.OfLong LANE = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_3 = 0x165667B19E3779F9L;
    private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME_1_PLUS_2 = 0x60EA27EEADC0B5D6L;
    private static final int STRIPE_BYTES = 32;

    private XxHash64() {}

    /**
     * The hash of a block.
     *
     * @param length its bytes, a positive multiple of 32; so the specification's steps for what remains fall away
     */
    static long hash(MemorySegment bytes, long offset, int length) {
        if (length <= 0 || length % STRIPE_BYTES != 0) {
            throw new IllegalArgumentException(length + " bytes are not whole stripes");
        }
        long a = PRIME_1_PLUS_2;
        long b = PRIME_2;
        long c = 0;
        long d = -PRIME_1;
        for (long at = offset; at < offset + length; at += STRIPE_BYTES) {
            a = round(a, bytes.get(LANE, at));
            b = round(b, bytes.get(LANE, at + 8));
            c = round(c, bytes.get(LANE, at + 16));
            d = round(d, bytes.get(LANE, at + 24));
        }
        long hash = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
        hash = merge(merge(merge(merge(hash, a), b), c), d) + length;
        hash = (hash ^ hash >>> 33) * PRIME_2;
        hash = (hash ^ hash >>> 29) * PRIME_3;
        return hash ^ hash >>> 32;
    }

    private static long round(long accumulator, long lane) {
        return Long.rotateLeft(accumulator + lane * PRIME_2, 31) * PRIME_1;
    }

    private static long merge(long hash, long accumulator) {
        return (hash ^ round(0, accumulator)) * PRIME_1 + PRIME_4;
    }
}
