package berth.fuzz;

import berth.block.BlockDevice;
import berth.block.BlockException;
import berth.block.Extent;
import berth.block.ExtentSink;
import berth.block.Limits;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A disk in an array. For one thread. */
public final class MemoryDisk implements BlockDevice {
    private final byte[] bytes;
    private final boolean readOnly;

    /** A disk of zeroes. */
    public MemoryDisk(int size, boolean readOnly) {
        this.bytes = new byte[size];
        this.readOnly = readOnly;
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        into.put(bytes, checked(offset, into.remaining()), into.remaining());
    }

    @Override
    public void extents(long offset, long length, ExtentSink sink) {
        if (checked(offset, length) >= 0 && length > 0) {
            sink.accept(offset, length, Extent.Kind.DATA);
        }
    }

    @Override
    public void write(long offset, ByteBuffer from) {
        from.get(bytes, writable(offset, from.remaining()), from.remaining());
    }

    @Override
    public void writeZeroes(long offset, long length, boolean mayUnmap) {
        discard(offset, length);
    }

    @Override
    public void discard(long offset, long length) {
        int start = writable(offset, length);
        Arrays.fill(bytes, start, start + (int) length, (byte) 0);
    }

    private int writable(long offset, long length) {
        if (readOnly) {
            throw new BrokenPromise("a read-only disk was to be written");
        }
        return checked(offset, length);
    }

    /** A server checks what a client asks for before the disk sees it. */
    private int checked(long offset, long length) {
        try {
            Limits.checkRange(offset, length, bytes.length);
        } catch (BlockException e) {
            throw new BrokenPromise("the disk was asked for what it does not have", e);
        }
        return (int) offset;
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
