package berth.local.io;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** An open file of a store. Offsets and lengths are bytes. Safe for use by several threads. */
public interface StoreFile extends AutoCloseable {
    /** Fills the buffer from {@code offset} on; returns how many bytes there were before the end of the file. */
    int read(ByteBuffer into, long offset);

    /** Writes all of the buffer; where it throws, a part may have been written. Durable after {@link #sync}. */
    void write(ByteBuffer from, long offset);

    /** Gives back the space of a range, which then reads as zeroes. Durable after {@link #sync}. */
    void punch(long offset, long length);

    /** Reserves space for a range without changing the file's size. */
    void reserve(long offset, long length);

    /** Cuts the file or extends it with zeroes. Durable after {@link #sync}. */
    void truncate(long size);

    /** The size. */
    long size();

    /** The first offset from {@code offset} on that may hold something other than zeroes; empty when there is none. */
    OptionalLong nextData(long offset);

    /** The first offset from {@code offset} on that is in a hole or at the end of the file. */
    OptionalLong nextHole(long offset);

    /** Makes all completed writes, punches and truncations durable. */
    void sync();

    @Override
    void close();
}
