package berth.http;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.ExtentSink;
import berth.block.Problem;
import java.nio.ByteBuffer;

/** A disk that cannot be read from some offset on. */
final class FailingBytes implements BlockReader {
    private final BlockReader bytes;
    private volatile long failFrom = Long.MAX_VALUE;

    FailingBytes(BlockReader bytes) {
        this.bytes = bytes;
    }

    void failFrom(long offset) {
        failFrom = offset;
    }

    @Override
    public long size() {
        return bytes.size();
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        if (offset + into.remaining() > failFrom) {
            throw new BlockException(Problem.IO, "cannot be read");
        }
        bytes.read(offset, into);
    }

    @Override
    public void extents(long offset, long length, ExtentSink sink) {
        bytes.extents(offset, length, sink);
    }

    @Override
    public void close() {}
}
