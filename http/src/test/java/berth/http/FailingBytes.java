package berth.http;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.ExtentSink;
import berth.block.Problem;
import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;

/** A disk that cannot be read from some offset on. */
final class FailingBytes implements BlockReader {
    private final BlockReader bytes;
    private final Semaphore failures = new Semaphore(0);
    private volatile long failFrom = Long.MAX_VALUE;

    FailingBytes(BlockReader bytes) {
        this.bytes = bytes;
    }

    /** Waits until it has failed that often. */
    void awaitFailures(int count) throws InterruptedException {
        failures.acquire(count);
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
            failures.release();
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
