package berth.local;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Zeroes;
import berth.local.io.StoreFile;
import berth.local.io.StoreFiles;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a layer, at the same offsets as on the disk. Cut into segment files of 1 TiB, for a file on ext4 ends at
 * 16 TiB less 4 KiB. Segments are opened on first use. Safe for use by several threads.
 */
final class LayerData implements AutoCloseable {
    static final String DIRECTORY = "layers";

    private static final int SEGMENT_SHIFT = 40;
    private static final long SEGMENT_MASK = (1L << SEGMENT_SHIFT) - 1;
    /** The last segment that a layer can have. */
    static final int MAX_SEGMENT = 16;

    private static final int SEGMENTS = MAX_SEGMENT + 1;

    private final StoreFiles files;
    private final long number;
    private final AtomicReferenceArray<@Nullable StoreFile> segments = new AtomicReferenceArray<>(SEGMENTS);
    private final boolean[] missing = new boolean[SEGMENTS];
    private volatile boolean namesDirty;
    private volatile boolean dirty;
    private @Nullable BlockException failed;

    LayerData(StoreFiles files, long number) {
        this.files = files;
        this.number = number;
    }

    static String name(long number, int segment) {
        return DIRECTORY + "/" + prefix(number) + segment;
    }

    /** What the names of a layer's segment files begin with, within their directory. */
    static String prefix(long number) {
        return String.format("%012x.", number);
    }

    /**
     * Reads blocks that have been written, as the layer's map says; the rest of the block in which the file ends is zero.
     *
     * @throws BlockException {@link Problem#CORRUPT} when the file is not there or ends before
     */
    void read(ByteBuffer into, long offset) {
        long at = offset;
        while (into.hasRemaining()) {
            int limit = into.limit();
            int n = (int) Math.min(into.remaining(), segmentEnd(at) - at);
            into.limit(into.position() + n);
            StoreFile file = find(segment(at));
            int missing = n - (file == null ? 0 : file.read(into, at & SEGMENT_MASK));
            long end = at + n - missing;
            if (missing > 0 && (file == null || Layer.blocks(end) < Layer.blocks(at + n))) {
                throw new BlockException(
                        Problem.CORRUPT,
                        "file " + name(number, segment(at)) + " of the store is damaged: it lacks what is to be at "
                                + (end & SEGMENT_MASK));
            }
            Zeroes.fill(into);
            into.limit(limit);
            at += n;
        }
    }

    void write(ByteBuffer from, long offset) {
        long at = offset;
        while (from.hasRemaining()) {
            int limit = from.limit();
            int n = (int) Math.min(from.remaining(), segmentEnd(at) - at);
            from.limit(from.position() + n);
            findOrCreate(segment(at)).write(from, at & SEGMENT_MASK);
            from.limit(limit);
            at += n;
        }
        dirty = true;
    }

    /** Gives back the space of a range. */
    void punch(long offset, long length) {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long n = Math.min(end, segmentEnd(at)) - at;
            StoreFile file = find(segment(at));
            if (file != null) {
                file.punch(at & SEGMENT_MASK, n);
                dirty = true;
            }
            at += n;
        }
    }

    /** Makes a range zero and keeps or takes space for it. */
    void reserveZeroes(long offset, long length) {
        punch(offset, length);
        long at = offset;
        long end = offset + length;
        while (at < end) {
            long n = Math.min(end, segmentEnd(at)) - at;
            findOrCreate(segment(at)).reserve(at & SEGMENT_MASK, n);
            at += n;
        }
        dirty = true;
    }

    /** Whether the file system holds data for the byte, rather than a hole. */
    boolean hasData(long offset) {
        StoreFile file = find(segment(offset));
        return file != null && file.nextData(offset & SEGMENT_MASK).orElse(-1) == (offset & SEGMENT_MASK);
    }

    /** Whether there is something to {@link #sync}. */
    boolean dirty() {
        return dirty;
    }

    /**
     * Makes durable what was written before. A second thread waits for the first. After a failure there is no second try:
     * the kernel counts pages that it could not write as written, so the next sync would succeed without them.
     *
     * @throws BlockException now and, once it has failed, until the store is opened again
     */
    synchronized void sync() {
        if (failed != null) {
            throw new BlockException(
                    failed.problem(),
                    "writes could not be made durable before, and may be lost: " + failed.getMessage()
                            + "; the image cannot be flushed until the store is opened again",
                    failed);
        }
        if (!dirty) {
            return;
        }
        dirty = false;
        try {
            boolean names = namesDirty;
            namesDirty = false;
            for (int i = 0; i < SEGMENTS; i++) {
                StoreFile file = segments.get(i);
                if (file != null) {
                    file.sync();
                }
            }
            if (names) {
                files.syncDirectory(DIRECTORY);
            }
        } catch (BlockException e) {
            failed = e;
            throw e;
        }
    }

    private static int segment(long offset) {
        return (int) (offset >>> SEGMENT_SHIFT);
    }

    private static long segmentEnd(long offset) {
        return ((offset >>> SEGMENT_SHIFT) + 1) << SEGMENT_SHIFT;
    }

    private @Nullable StoreFile find(int segment) {
        StoreFile file = segments.get(segment);
        return file != null ? file : openSegment(segment, false);
    }

    private StoreFile findOrCreate(int segment) {
        StoreFile file = segments.get(segment);
        if (file == null) {
            file = openSegment(segment, true);
        }
        if (file == null) {
            throw new IllegalStateException("a segment that was to be made is not there");
        }
        return file;
    }

    private synchronized @Nullable StoreFile openSegment(int segment, boolean create) {
        StoreFile file = segments.get(segment);
        if (file != null || (missing[segment] && !create)) {
            return file;
        }
        String name = name(number, segment);
        if (!missing[segment] && files.exists(name)) {
            file = files.open(name);
        } else if (create) {
            file = files.create(name);
            namesDirty = true;
        } else {
            missing[segment] = true;
            return null;
        }
        missing[segment] = false;
        segments.set(segment, file);
        return file;
    }

    @Override
    public synchronized void close() {
        for (int i = 0; i < SEGMENTS; i++) {
            StoreFile file = segments.getAndSet(i, null);
            if (file != null) {
                file.close();
            }
        }
    }
}
