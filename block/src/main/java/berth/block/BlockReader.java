package berth.block;

import java.nio.ByteBuffer;

/** Something readable as a disk at one point in time or as it is now. Safe for use by several threads. */
public interface BlockReader extends AutoCloseable {
    /** The size in bytes. */
    long size();

    /**
     * Reads {@code into.remaining()} bytes at {@code offset} and advances the buffer to its limit. Direct buffers are
     * fastest.
     *
     * @throws BlockException {@link Problem#OUT_OF_RANGE} when the range is not within the size, {@link Problem#IO},
     *     {@link Problem#CORRUPT}
     */
    void read(long offset, ByteBuffer into);

    /**
     * Says what is where in a range, from metadata alone. The extents cover the range exactly.
     *
     * @throws BlockException {@link Problem#OUT_OF_RANGE} when the range is not within the size
     */
    void extents(long offset, long length, ExtentSink sink);

    /**
     * How many threads can use it with profit: one where requests keep this machine's processors and disks busy, more where
     * they wait for other machines.
     */
    default int usefulThreads() {
        return 1;
    }

    @Override
    void close();
}
