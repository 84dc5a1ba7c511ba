package berth.source.qcow;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.ExtentSink;
import berth.block.Problem;
import berth.block.Zeroes;
import berth.source.stream.Stream;
import java.nio.ByteBuffer;

/** A file that an image is stored in: its bytes, and its tables through the cache. */
final class HostFile {
    private final Stream stream;
    private final QcowCache cache;

    HostFile(Stream stream, QcowCache cache) {
        this.stream = stream;
        this.cache = cache;
    }

    String name() {
        return stream.name();
    }

    long size() {
        return stream.size();
    }

    Stream stream() {
        return stream;
    }

    QcowCache cache() {
        return cache;
    }

    /** Whether a range lies within the file; offsets are as read from an image, so they may be negative. */
    boolean holds(long offset, long length) {
        return offset >= 0 && length >= 0 && offset <= size() && length <= size() - offset;
    }

    /**
     * Whether a cluster may be here. QEMU lets the last cluster of a file be incomplete; the missing rest reads as
     * zeroes.
     */
    boolean holdsCluster(long offset) {
        return offset >= 0 && offset < size();
    }

    /** Reads a piece of metadata. @throws BlockException {@link Problem#MALFORMED} when the file ends before */
    ByteBuffer metadata(String what, long offset, int length) {
        if (!holds(offset, length)) {
            throw new BlockException(
                    Problem.MALFORMED,
                    name() + ": the " + what + " (" + length + " bytes at offset " + Long.toUnsignedString(offset)
                            + ") is not within the file, which has " + size() + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.allocate(length);
        stream.read(offset, bytes);
        return bytes.flip();
    }

    /** Reads big-endian 64-bit numbers, from the cache where possible. The caller does not change them. */
    long[] table(String what, long offset, int entries) {
        QcowCache.Key key = new QcowCache.Key(this, offset, entries);
        long[] cached = cache.tables().get(key);
        if (cached != null) {
            return cached;
        }
        long[] table = new long[entries];
        metadata(what, offset, entries * Long.BYTES).asLongBuffer().get(table);
        cache.tables().put(key, table);
        return table;
    }

    /** Reads data; what lies past the file's end is zero. */
    void readPadded(long offset, ByteBuffer into) {
        int limit = into.limit();
        int stored = Math.clamp(size() - offset, 0, into.remaining());
        if (stored > 0) {
            into.limit(into.position() + stored);
            stream.read(offset, into);
            into.limit(limit);
        }
        Zeroes.fill(into);
    }

    /**
     * Which parts of a range are stored and which are holes or lie past the file's end, as {@link Stream#extents} says it.
     */
    void extentsPadded(long offset, long length, ExtentSink sink) {
        long stored = Math.clamp(size() - offset, 0, length);
        if (stored > 0) {
            stream.extents(offset, stored, sink);
        }
        if (stored < length) {
            sink.accept(offset + stored, length - stored, Extent.Kind.UNALLOCATED);
        }
    }
}
