package berth.source.stream;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.ExtentSink;
import berth.block.Problem;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Bytes at offsets, of a size that does not change while the stream is open. Safe for use by several threads; a read may
 * take as long as a round trip over a network, and several at a time are welcome.
 */
public interface Stream extends AutoCloseable {
    /** What the stream is called in messages; never holds a secret. */
    String name();

    /** What is the same for two streams over the same bytes and different otherwise; finds loops in backing chains. */
    String identity();

    /** The size in bytes. */
    long size();

    /**
     * Reads {@code into.remaining()} bytes at {@code offset} and advances the buffer to its limit. Direct buffers are
     * fastest.
     *
     * @throws BlockException {@link Problem#OUT_OF_RANGE} when the range is not within the size, {@link Problem#IO}
     */
    void read(long offset, ByteBuffer into);

    /**
     * Says which parts of a range are stored ({@link Extent.Kind#DATA}) and which are holes
     * ({@link Extent.Kind#UNALLOCATED}), as far as that can be known without reading; the extents cover the range.
     *
     * @throws BlockException {@link Problem#OUT_OF_RANGE} when the range is not within the size, {@link Problem#IO}
     */
    default void extents(long offset, long length, ExtentSink sink) {
        if (length > 0) {
            sink.accept(offset, length, Extent.Kind.DATA);
        }
    }

    /**
     * What tells whether the bytes are still the same: size, modification time, inode, ETag. Computed anew at each call.
     *
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND}, {@link Problem#IO}
     */
    Map<String, String> validators();

    @Override
    void close();
}
