package berth.block;

import java.util.HexFormat;

/**
 * The digest of one object of a disk, at one point in time or at all of them: 128 bits of XXH3. See {@link ObjectHasher}
 * for what is hashed. The lower half is never 0, so that stores can tell a digest from none.
 *
 * @param high the upper 64 bits
 * @param low the lower 64 bits
 */
public record ObjectDigest(long high, long low) {
    static ObjectDigest of(long high, long low) {
        return new ObjectDigest(high, low == 0 ? 1 : low);
    }

    /** 32 hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
