package berth.local;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Fill;
import berth.block.ObjectBuffer;
import berth.block.ObjectBuffers;
import berth.block.ObjectDigest;
import berth.block.ObjectHasher;
import berth.block.Problem;
import berth.local.page.BlockState;
import berth.local.page.LayerMap;
import berth.local.page.LayerMap.PageView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** The filling of an image from its origin. */
final class LocalFill implements Fill {
    private static final int LOCKS = 16;
    /** Each has two buffers of 4 MiB, and a server may have several fills. */
    private static final int MOST_THREADS = 4;

    private final ImageState image;
    private final FillState fill;
    private final StoreContext context;
    private final Runnable release;
    private final ReentrantLock[] objectLocks = new ReentrantLock[LOCKS];
    private final ObjectBuffers buffers = new ObjectBuffers();

    LocalFill(ImageState image, FillState fill, StoreContext context, Runnable release) {
        this.image = image;
        this.fill = fill;
        this.context = context;
        this.release = release;
        for (int i = 0; i < LOCKS; i++) {
            objectLocks[i] = new ReentrantLock();
        }
    }

    @Override
    public long objectBytes() {
        return ObjectBuffer.BYTES;
    }

    @Override
    public long objects() {
        return fill.objects();
    }

    @Override
    public int usefulThreads(boolean withSource) {
        int usual = Fill.super.usefulThreads(withSource);
        return withSource ? Math.clamp(fill.originThreads(), usual, MOST_THREADS) : usual;
    }

    @Override
    public boolean isFilled(long object) {
        return fill.map().isFilled(object);
    }

    @Override
    public long filledObjects() {
        return fill.map().count(objects());
    }

    @Override
    public ObjectDigest recorded(long object) {
        ObjectDigest digest = fill.map().digest(object);
        if (digest == null) {
            throw new BlockException(Problem.MIGRATION_STATE, "object " + object + " has not been copied yet");
        }
        return digest;
    }

    @Override
    public long foregroundRequests() {
        return image.requests();
    }

    @Override
    public void checkpoint() {
        image.flush();
    }

    @Override
    public Copied fill(long object) {
        context.checkpoint().relieve();
        ReentrantLock lock = objectLocks[(int) (object % LOCKS)];
        lock.lock();
        try {
            long stamp = image.lock().readLock();
            try {
                ObjectDigest known = fill.map().digest(object);
                if (known != null) {
                    return new Copied(0, 0, Optional.of(known));
                }
                return withBuffers(object, true);
            } finally {
                image.lock().unlockRead(stamp);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public ObjectDigest sourceDigest(long object) {
        long stamp = image.lock().readLock();
        try {
            return withBuffers(object, false).digest().orElseThrow();
        } finally {
            image.lock().unlockRead(stamp);
        }
    }

    @Override
    public ObjectDigest reread(long object, Consumer<ObjectDigest> points) {
        recorded(object);
        long stamp = image.lock().readLock();
        ObjectBuffer buffer = buffers.take();
        try {
            long offset = object << FillState.OBJECT_SHIFT;
            int length = length(offset);
            List<ObjectDigest> digests = new ArrayList<>();
            readBase(offset, length, buffer);
            for (Layer layer : fill.layers()) {
                overlay(layer, offset, length, buffer);
                buffer.normalize(length);
                digests.add(buffer.digest(length));
            }
            digests.forEach(points);
            return ObjectHasher.object(digests);
        } finally {
            buffers.giveBack(buffer);
            image.lock().unlockRead(stamp);
        }
    }

    private int length(long offset) {
        return (int) Math.min(ObjectBuffer.BYTES, fill.record().size() - offset);
    }

    private Copied withBuffers(long object, boolean store) {
        ObjectBuffer first = buffers.take();
        ObjectBuffer second = buffers.take();
        try {
            ObjectCopy copy = new ObjectCopy(object << FillState.OBJECT_SHIFT, store);
            Copied copied = copy.run(first, second);
            if (store) {
                fill.map().put(object, copied.digest().orElseThrow());
                long block = copy.offset >>> LayerMap.BLOCK_SHIFT;
                image.invalidateIndexes(block, block + fill.objectBlocks());
            }
            return copied;
        } finally {
            buffers.giveBack(first);
            buffers.giveBack(second);
        }
    }

    /**
     * What the first point in time is compared with: what readers see of the parent where the fill layer has nothing,
     * which is whole blocks, the last one beyond the overlap's end, too.
     */
    private void readBase(long offset, int length, ObjectBuffer into) {
        if (!fill.overParent()) {
            return;
        }
        Layer first = fill.layers().getFirst();
        Layer parent = first.below();
        long visible = first.overlapBlocks() << LayerMap.BLOCK_SHIFT;
        if (parent == null || offset >= visible) {
            return;
        }
        int stop = (int) Math.min(length, visible - offset);
        new PointInTime(parent, visible, context.indexQueue()).read(offset, into.claim(0, stop));
        into.normalize(length);
    }

    /** Puts what a fill layer has over what lies below it. */
    private void overlay(Layer layer, long offset, int length, ObjectBuffer buffer) {
        long firstBlock = offset >>> LayerMap.BLOCK_SHIFT;
        int blocks = (int) Layer.blocks(length);
        PageView page = layer.map().page((int) (firstBlock >>> LayerMap.PAGE_SHIFT));
        int base = (int) (firstBlock & (LayerMap.PAGE_BLOCKS - 1));
        cutToOverlap(layer, offset, buffer);
        for (int at = 0; at < blocks; ) {
            int end = Math.min(blocks, page.runEnd(base + at) - base);
            int start = at << LayerMap.BLOCK_SHIFT;
            int stop = Math.min(length, end << LayerMap.BLOCK_SHIFT);
            switch (page.get(base + at)) {
                case DATA -> layer.data().read(buffer.claim(start, stop), offset + start);
                case ZERO -> buffer.zero(start, stop);
                case ABSENT -> {}
            }
            at = end;
        }
        cut(fill.pointSize(layer.fillPoint()) - offset, buffer);
    }

    /** What a layer does not let through from below is zero. */
    private static void cutToOverlap(Layer layer, long offset, ObjectBuffer buffer) {
        cut((layer.overlapBlocks() << LayerMap.BLOCK_SHIFT) - offset, buffer);
    }

    /** What lies after a point's end is zero. */
    private static void cut(long end, ObjectBuffer buffer) {
        if (end < ObjectBuffer.BYTES) {
            buffer.zero((int) Math.max(0, end), ObjectBuffer.BYTES);
        }
    }

    /** The copying of one object through all points in time. */
    private final class ObjectCopy {
        private final long offset;
        private final int length;
        private final boolean store;
        private final List<ObjectDigest> digests = new ArrayList<>();
        private long bytesRead;
        private long bytesWritten;

        ObjectCopy(long offset, boolean store) {
            this.offset = offset;
            this.length = length(offset);
            this.store = store;
        }

        Copied run(ObjectBuffer first, ObjectBuffer second) {
            ObjectBuffer before = first;
            ObjectBuffer now = second;
            readBase(offset, length, before);
            ObjectDigest digest = before.digest(length);
            for (Layer layer : fill.layers()) {
                if (changes(layer.fillPoint(), before)) {
                    now.clear();
                    readPoint(layer.fillPoint(), now);
                    now.normalize(length);
                    cutToOverlap(layer, offset, before);
                    putDifferences(layer, before, now);
                    ObjectBuffer swap = before;
                    before = now;
                    now = swap;
                    digest = before.digest(length);
                }
                digests.add(digest);
            }
            return new Copied(bytesRead, bytesWritten, Optional.of(ObjectHasher.object(digests)));
        }

        private boolean changes(int point, ObjectBuffer before) {
            boolean[] any = {!before.isEmpty() && fill.pointSize(point) < offset + length};
            fill.originChanges(point, offset, length, (_, _, kind) -> any[0] |= kind != Extent.Kind.UNALLOCATED);
            return any[0];
        }

        private void readPoint(int point, ObjectBuffer into) {
            fill.originExtents(point, offset, length, (at, n, kind) -> {
                if (kind == Extent.Kind.DATA) {
                    int start = (int) (at - offset);
                    fill.readOrigin(point, at, into.claim(start, start + (int) n));
                    bytesRead += n;
                }
            });
        }

        /** Stores where {@code now} differs from {@code before}; both are normalized. */
        private void putDifferences(Layer layer, ObjectBuffer before, ObjectBuffer now) {
            now.differences(before, length, (at, n, kind) -> put(layer, now, (int) at, (int) (at + n), kind));
        }

        private void put(Layer layer, ObjectBuffer from, int start, int end, Extent.Kind kind) {
            if (kind == Extent.Kind.DATA) {
                bytesWritten += end - start;
            }
            if (!store || kind == Extent.Kind.UNALLOCATED) {
                return;
            }
            if (kind == Extent.Kind.DATA) {
                layer.data().write(from.slice(start, end), offset + start);
            }
            layer.map()
                    .set(
                            (offset + start) >>> LayerMap.BLOCK_SHIFT,
                            Layer.blocks(offset + end),
                            kind == Extent.Kind.DATA ? BlockState.DATA : BlockState.ZERO);
        }
    }

    @Override
    public void close() {
        release.run();
    }
}
