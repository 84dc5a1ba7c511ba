package berth.ceph;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * XXH64 with seed 0, which OSDs compute, of whole stripes.
 *
 * @see <a href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">xxHash fast digest algorithm, XXH64</a>
 */
final class XxHash64 {
    /** Eight bytes as the hash takes them. */
    static final ValueLayout.OfLong LANE = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_3 = 0x165667B19E3779F9L;
    private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME_1_PLUS_2 = 0x60EA27EEADC0B5D6L;
    private static final int STRIPE_LANES = 4;

    private XxHash64() {}

    /**
     * The hash of bytes.
     *
     * @param lanes they, as {@link #LANE}; a positive multiple of four, so the specification's steps for what remains of a
     *     stripe fall away
     */
    static long hash(long[] lanes) {
        if (lanes.length == 0 || lanes.length % STRIPE_LANES != 0) {
            throw new IllegalArgumentException(lanes.length + " lanes are not whole stripes");
        }
        long a = PRIME_1_PLUS_2;
        long b = PRIME_2;
        long c = 0;
        long d = -PRIME_1;
        for (int at = 0; at < lanes.length; at += STRIPE_LANES) {
            a = round(a, lanes[at]);
            b = round(b, lanes[at + 1]);
            c = round(c, lanes[at + 2]);
            d = round(d, lanes[at + 3]);
        }
        long hash = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
        hash = merge(merge(merge(merge(hash, a), b), c), d) + (long) lanes.length * Long.BYTES;
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
