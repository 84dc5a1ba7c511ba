package berth.block;

import java.nio.ByteBuffer;

/**
 * A disk that can be written. Safe for use by several threads; where concurrent requests overlap, each byte is that of
 * one of them.
 *
 * <p>Durability: what was acknowledged before a completed {@link #flush} survives a power cut. What was not may be lost,
 * wholly or in part, but nothing older is damaged.
 */
public interface BlockDevice extends BlockReader {
    /** Whether writes are refused with {@link Problem#READ_ONLY}. */
    boolean readOnly();

    /**
     * Writes {@code from.remaining()} bytes at {@code offset} and advances the buffer to its limit.
     *
     * @throws BlockException {@link Problem#OUT_OF_RANGE}, {@link Problem#READ_ONLY}, {@link Problem#NO_SPACE},
     *     {@link Problem#IO}
     */
    void write(long offset, ByteBuffer from);

    /**
     * Makes a range read as zeroes.
     *
     * @param mayUnmap whether the range's space may be given back; when false, space stays or is reserved as far as
     *     the store can, so that a later write does not run out of it
     */
    void writeZeroes(long offset, long length, boolean mayUnmap);

    /** Whether {@link #writeZeroes} takes less time than a write of so many zeroes; mostly it is a change of maps. */
    default boolean zeroesFast(boolean mayUnmap) {
        return true;
    }

    /** Makes a range read as zeroes and gives its space back, to the byte. */
    void discard(long offset, long length);

    /** Makes everything durable that was acknowledged before this call. */
    void flush();
}
