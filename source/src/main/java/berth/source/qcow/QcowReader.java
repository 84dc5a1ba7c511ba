package berth.source.qcow;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Extent;
import berth.block.ExtentMerger;
import berth.block.ExtentSink;
import berth.block.Limits;
import berth.block.Problem;
import berth.block.Zeroes;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * The disk of an image at one point in time. What is not in the image comes from the backing reader, and is zero past its
 * end.
 *
 * <p>Extents: stored clusters are {@link Extent.Kind#DATA} except where their file has a hole, which is
 * {@link Extent.Kind#ZERO} like zero clusters; the rest is what the backing reader says, and
 * {@link Extent.Kind#UNALLOCATED} where there is none.
 */
public final class QcowReader implements BlockReader {
    private final ClusterMap map;
    private final HostFile file;
    private final HostFile data;
    private final CompressedClusters compressed;
    private final Optional<BlockReader> backing;
    private final long size;

    /** @param image the open image; the reader is good as long as the image is */
    QcowReader(QcowImage image, ClusterMap map, Optional<BlockReader> backing, long size) {
        this.map = map;
        this.file = image.file();
        this.data = image.data();
        this.compressed = image.compressed();
        this.backing = backing;
        this.size = size;
    }

    ClusterMap map() {
        return map;
    }

    Optional<BlockReader> backing() {
        return backing;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        Limits.checkRange(offset, into.remaining(), size);
        int limit = into.limit();
        long at = offset;
        try {
            while (into.position() < limit) {
                into.limit(limit);
                Run run = map.run(at, into.remaining());
                into.limit(into.position() + (int) run.length());
                readRun(run, at, into);
                at += run.length();
            }
        } finally {
            into.limit(limit);
        }
    }

    private void readRun(Run run, long offset, ByteBuffer into) {
        switch (run.kind()) {
            case UNALLOCATED -> readBacking(offset, into);
            case ZERO -> Zeroes.fill(into);
            case DATA -> data.readPadded(run.host(), into);
            case COMPRESSED ->
                compressed.read(run, (int) (offset % map.geometry().clusterBytes()), into);
            case BROKEN -> throw broken(offset);
        }
    }

    private void readBacking(long offset, ByteBuffer into) {
        int limit = into.limit();
        int there = Math.clamp(backingSize() - offset, 0, into.remaining());
        if (backing.isPresent() && there > 0) {
            into.limit(into.position() + there);
            backing.get().read(offset, into);
            into.limit(limit);
        }
        Zeroes.fill(into);
    }

    private long backingSize() {
        return backing.isPresent() ? backing.get().size() : 0;
    }

    @Override
    public void extents(long offset, long length, ExtentSink sink) {
        Limits.checkRange(offset, length, size);
        ExtentMerger merger = new ExtentMerger(sink);
        long end = offset + length;
        for (long at = offset; at < end; ) {
            Run run = map.run(at, end - at);
            switch (run.kind()) {
                case UNALLOCATED -> backingExtents(at, run.length(), merger);
                case ZERO -> merger.accept(at, run.length(), Extent.Kind.ZERO);
                case DATA -> dataExtents(run, at, merger);
                case COMPRESSED -> merger.accept(at, run.length(), Extent.Kind.DATA);
                case BROKEN -> throw broken(at);
            }
            at += run.length();
        }
        merger.finish();
    }

    private void backingExtents(long offset, long length, ExtentSink sink) {
        long there = Math.clamp(backingSize() - offset, 0, length);
        if (backing.isPresent() && there > 0) {
            backing.get().extents(offset, there, sink);
        }
        sink.accept(offset + there, length - there, Extent.Kind.UNALLOCATED);
    }

    private void dataExtents(Run run, long offset, ExtentSink sink) {
        data.extentsPadded(run.host(), run.length(), (host, length, kind) -> {
            Extent.Kind seen = kind == Extent.Kind.DATA ? Extent.Kind.DATA : Extent.Kind.ZERO;
            sink.accept(offset + (host - run.host()), length, seen);
        });
    }

    /**
     * Says where this point in time can differ from an earlier one of the same image: {@link Extent.Kind#DATA} there,
     * {@link Extent.Kind#UNALLOCATED} elsewhere.
     *
     * @throws BlockException {@link Problem#OUT_OF_RANGE} when the range is not within the size
     */
    public void changesSince(QcowReader before, long offset, long length, ExtentSink sink) {
        Limits.checkRange(offset, length, size);
        new QcowChanges(before, this, sink).find(offset, length);
    }

    private BlockException broken(long offset) {
        return new BlockException(
                Problem.CORRUPT, file.name() + ": at disk offset " + offset + ": " + map.explain(offset));
    }

    /** Does nothing: the image owns what is to be closed. */
    @Override
    public void close() {}
}
