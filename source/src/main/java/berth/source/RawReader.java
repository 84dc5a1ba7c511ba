package berth.source;

import berth.block.BlockReader;
import berth.block.ExtentSink;
import berth.source.stream.Stream;
import java.nio.ByteBuffer;

/**
 * A stream whose bytes are the disk's. Its holes are unallocated.
 *
 * @param stream the bytes; not closed with the reader
 */
record RawReader(Stream stream) implements BlockReader {
    @Override
    public long size() {
        return stream.size();
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        stream.read(offset, into);
    }

    @Override
    public void extents(long offset, long length, ExtentSink sink) {
        stream.extents(offset, length, sink);
    }

    /** Does nothing: the source owns the stream. */
    @Override
    public void close() {}
}
