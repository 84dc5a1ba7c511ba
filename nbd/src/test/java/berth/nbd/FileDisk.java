package berth.nbd;

import berth.block.BlockDevice;
import berth.block.BlockException;
import berth.block.Extent;
import berth.block.ExtentSink;
import berth.block.Limits;
import berth.block.Problem;
import berth.posix.PosixException;
import berth.posix.PosixFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A disk in a sparse file. */
final class FileDisk implements BlockDevice {
    private final PosixFile file;
    private final long size;

    /** Makes the file if need be, and gives it that size. */
    FileDisk(Path path, long size) {
        this.file = PosixFile.open(path, PosixFile.Mode.CREATE);
        this.size = size;
        file.truncate(size);
    }

    /** Gives the file up. Connections share the disk, so {@link #close} does not. */
    void dispose() {
        file.close();
    }

    @Override
    public boolean readOnly() {
        return false;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        Limits.checkRange(offset, into.remaining(), size);
        if (file.read(into, offset) < 0 || into.hasRemaining()) {
            throw new BlockException(Problem.IO, "short read");
        }
    }

    @Override
    public void write(long offset, ByteBuffer from) {
        Limits.checkRange(offset, from.remaining(), size);
        try {
            file.write(from, offset);
        } catch (PosixException e) {
            throw BlockException.of(e, "write");
        }
    }

    @Override
    public void writeZeroes(long offset, long length, boolean mayUnmap) {
        discard(offset, length);
    }

    @Override
    public void discard(long offset, long length) {
        Limits.checkRange(offset, length, size);
        if (length > 0) {
            file.punch(offset, length);
        }
    }

    @Override
    public void flush() {
        file.dataSync();
    }

    @Override
    public void extents(long offset, long length, ExtentSink sink) {
        Limits.checkRange(offset, length, size);
        long end = offset + length;
        for (long at = offset; at < end; ) {
            long data = Math.min(end, file.nextData(at).orElse(end));
            if (data > at) {
                sink.accept(at, data - at, Extent.Kind.UNALLOCATED);
            }
            if (data < end) {
                long hole = Math.min(end, file.nextHole(data).orElse(end));
                sink.accept(data, hole - data, Extent.Kind.DATA);
                at = hole;
            } else {
                at = end;
            }
        }
    }

    @Override
    public void close() {
        // Shared by all connections.
    }
}
