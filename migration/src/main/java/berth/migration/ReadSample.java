package berth.migration;

import berth.block.Access;
import berth.block.BlockReader;
import berth.block.BlockStore;
import berth.block.Extent;
import berth.block.ImageSpec;
import berth.block.Source;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Measures how fast a source can be read, by reading the first part of its newest point in time that holds data. Closes
 * what it opened itself.
 */
final class ReadSample implements AutoCloseable {
    /** What is read at most: 32 MiB. */
    static final long BYTES = 32L << 20;

    private static final int BUFFER_BYTES = 1 << 20;
    private static final long WINDOW_BYTES = 1L << 30;

    private final BlockReader reader;
    private final boolean opened;

    private ReadSample(BlockReader reader, boolean opened) {
        this.reader = reader;
        this.opened = opened;
    }

    /** A sample of an image, which is open as long as the sample. */
    static ReadSample of(BlockStore store, ImageSpec image) {
        return new ReadSample(store.open(image, Access.READ_ONLY), true);
    }

    /** A sample of a source that is open. */
    static ReadSample of(Source source) {
        return new ReadSample(source.points().getLast().reader(), false);
    }

    /** The rate; empty when there is nothing to read. */
    OptionalLong bytesPerSecond(TimeSource time) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        long read = 0;
        long nanos = 0;
        for (long at = 0; at < reader.size() && read < BYTES; at += WINDOW_BYTES) {
            List<Extent> data = data(at, Math.min(WINDOW_BYTES, reader.size() - at), BYTES - read);
            long begun = time.nanos();
            data.forEach(extent -> read(extent, buffer));
            nanos += time.nanos() - begun;
            read += data.stream().mapToLong(Extent::length).sum();
        }
        return read == 0
                ? OptionalLong.empty()
                : OptionalLong.of((long) Math.max(1, (double) read * TimeUnit.SECONDS.toNanos(1) / Math.max(1, nanos)));
    }

    /** The first {@code most} bytes of data in a range. */
    private List<Extent> data(long offset, long length, long most) {
        List<Extent> data = new ArrayList<>();
        long[] left = {most};
        reader.extents(offset, length, (at, n, kind) -> {
            if (kind == Extent.Kind.DATA && left[0] > 0) {
                Extent extent = new Extent(at, Math.min(n, left[0]), kind);
                data.add(extent);
                left[0] -= extent.length();
            }
        });
        return data;
    }

    private void read(Extent extent, ByteBuffer buffer) {
        for (long at = extent.offset(); at < extent.end(); at += BUFFER_BYTES) {
            buffer.clear().limit((int) Math.min(BUFFER_BYTES, extent.end() - at));
            reader.read(at, buffer);
        }
    }

    @Override
    public void close() {
        if (opened) {
            reader.close();
        }
    }
}
