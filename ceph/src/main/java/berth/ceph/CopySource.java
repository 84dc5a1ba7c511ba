package berth.ceph;

import berth.block.Extent;
import berth.block.ObjectBuffer;
import berth.block.Source;
import berth.block.SourceOpener;
import org.jspecify.annotations.Nullable;

/** The source of a copy, opened when it is first read. Safe for use by several threads. */
final class CopySource implements AutoCloseable {
    private final SourceOpener opener;
    private final String description;
    private @Nullable Source source;

    CopySource(SourceOpener opener, String description) {
        this.opener = opener;
        this.description = description;
    }

    private synchronized Source source() {
        Source open = source;
        if (open == null) {
            open = opener.open(description);
            source = open;
        }
        return open;
    }

    /**
     * Reads the first {@code length} bytes of an object at a point in time, into a buffer that is all zero.
     *
     * @return how many bytes were read
     */
    long read(int point, long object, int length, ObjectBuffer into) {
        if (length == 0) {
            return 0;
        }
        long offset = object * ObjectBuffer.BYTES;
        long[] read = {0};
        Source.Point at = source().points().get(point);
        at.reader().extents(offset, length, (start, n, kind) -> {
            if (kind == Extent.Kind.DATA) {
                int first = (int) (start - offset);
                at.reader().read(start, into.claim(first, first + (int) n));
                read[0] += n;
            }
        });
        into.normalize(length);
        return read[0];
    }

    /** Whether the first {@code length} bytes of an object can differ from what they were at the point before. */
    boolean changes(int point, long object, int length) {
        boolean[] any = {false};
        source().changes(
                        point,
                        object * ObjectBuffer.BYTES,
                        length,
                        (_, _, kind) -> any[0] |= kind != Extent.Kind.UNALLOCATED);
        return any[0];
    }

    @Override
    public synchronized void close() {
        Source open = source;
        if (open != null) {
            source = null;
            open.close();
        }
    }
}
