package berth.local;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Fill;
import berth.block.ObjectDigest;
import berth.block.ObjectHasher;
import berth.block.Problem;
import berth.block.Zeroes;
import berth.local.page.BlockState;
import berth.local.page.EvictionQueue;
import berth.local.page.LayerMap;
import berth.local.page.LayerMap.PageView;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/** The filling of an image from its origin. */
final class LocalFill implements Fill {
    private static final int OBJECT_BYTES = 1 << FillState.OBJECT_SHIFT;
    private static final int LOCKS = 16;

    private final ImageState image;
    private final FillState fill;
    private final EvictionQueue queue;
    private final Runnable release;
    private final ReentrantLock[] objectLocks = new ReentrantLock[LOCKS];
    private final ConcurrentLinkedQueue<Buffer> spare = new ConcurrentLinkedQueue<>();

    /** The bytes of an object at one point in time; while it is all zero, the buffer's content means nothing. */
    private static final class Buffer {
        private final ByteBuffer bytes = ByteBuffer.allocateDirect(OBJECT_BYTES);
        private boolean zero = true;

        ByteBuffer at(int start, int end) {
            return bytes.slice(start, end - start);
        }

        /** Gives the buffer its zeroes, if it has none yet. */
        void materialize(int length) {
            if (zero) {
                Zeroes.fill(at(0, length));
                zero = false;
            }
        }
    }

    LocalFill(ImageState image, FillState fill, EvictionQueue queue, Runnable release) {
        this.image = image;
        this.fill = fill;
        this.queue = queue;
        this.release = release;
        for (int i = 0; i < LOCKS; i++) {
            objectLocks[i] = new ReentrantLock();
        }
    }

    @Override
    public long objectBytes() {
        return OBJECT_BYTES;
    }

    @Override
    public long objects() {
        return fill.objects();
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
        ReentrantLock lock = objectLocks[(int) (object % LOCKS)];
        lock.lock();
        try {
            long stamp = image.lock().readLock();
            try {
                ObjectDigest known = fill.map().digest(object);
                if (known != null) {
                    return new Copied(0, 0, known);
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
            return withBuffers(object, false).digest();
        } finally {
            image.lock().unlockRead(stamp);
        }
    }

    @Override
    public ObjectDigest reread(long object, Consumer<ObjectDigest> points) {
        recorded(object);
        long stamp = image.lock().readLock();
        Buffer buffer = take();
        try {
            long offset = object << FillState.OBJECT_SHIFT;
            int length = length(offset);
            ObjectHasher hasher = new ObjectHasher();
            readBase(offset, length, buffer);
            for (Layer layer : fill.layers()) {
                overlay(layer, offset, length, buffer);
                add(hasher, buffer, length);
                points.accept(fill.layers().size() == 1 ? hasher.digest() : alone(buffer, length));
            }
            return hasher.digest();
        } finally {
            spare.add(buffer);
            image.lock().unlockRead(stamp);
        }
    }

    private Buffer take() {
        Buffer buffer = spare.poll();
        if (buffer == null) {
            buffer = new Buffer();
        }
        buffer.zero = true;
        return buffer;
    }

    private int length(long offset) {
        return (int) Math.min(OBJECT_BYTES, fill.record().size() - offset);
    }

    private static void add(ObjectHasher hasher, Buffer buffer, int length) {
        if (buffer.zero) {
            hasher.endPoint();
        } else {
            hasher.addPoint(buffer.at(0, length));
        }
    }

    private static ObjectDigest alone(Buffer buffer, int length) {
        ObjectHasher hasher = new ObjectHasher();
        add(hasher, buffer, length);
        return hasher.digest();
    }

    private Copied withBuffers(long object, boolean store) {
        Buffer first = take();
        Buffer second = take();
        try {
            ObjectCopy copy = new ObjectCopy(object << FillState.OBJECT_SHIFT, store);
            Copied copied = copy.run(first, second);
            if (store) {
                fill.map().put(object, copied.digest());
                long block = copy.offset >>> LayerMap.BLOCK_SHIFT;
                image.invalidateIndexes(block, block + fill.objectBlocks());
            }
            return copied;
        } finally {
            spare.add(first);
            spare.add(second);
        }
    }

    /** What the first point in time is compared with. */
    private void readBase(long offset, int length, Buffer into) {
        if (!fill.overParent()) {
            return;
        }
        Layer first = fill.layers().getFirst();
        Layer parent = first.below();
        if (parent == null || offset >= first.overlap()) {
            return;
        }
        into.materialize(length);
        int visible = (int) Math.min(length, first.overlap() - offset);
        new PointInTime(parent, first.overlap(), queue).read(offset, into.at(0, visible));
    }

    /** Puts what a fill layer has over what lies below it. */
    private void overlay(Layer layer, long offset, int length, Buffer buffer) {
        long firstBlock = offset >>> LayerMap.BLOCK_SHIFT;
        int blocks = (int) Layer.blocks(length);
        PageView page = layer.map().page((int) (firstBlock >>> LayerMap.PAGE_SHIFT));
        int base = (int) (firstBlock & (LayerMap.PAGE_BLOCKS - 1));
        cutToOverlap(layer, offset, length, buffer);
        for (int at = 0; at < blocks; ) {
            int end = Math.min(blocks, page.runEnd(base + at) - base);
            int start = at << LayerMap.BLOCK_SHIFT;
            int stop = Math.min(length, end << LayerMap.BLOCK_SHIFT);
            switch (page.get(base + at)) {
                case DATA -> {
                    buffer.materialize(length);
                    layer.data().read(buffer.at(start, stop), offset + start);
                }
                case ZERO -> {
                    buffer.materialize(length);
                    Zeroes.fill(buffer.at(start, stop));
                }
                case ABSENT -> {}
            }
            at = end;
        }
        cut(fill.pointSize(layer.fillPoint()) - offset, length, buffer);
    }

    /** What a layer does not let through from below is zero. */
    private static void cutToOverlap(Layer layer, long offset, int length, Buffer buffer) {
        cut((layer.overlapBlocks() << LayerMap.BLOCK_SHIFT) - offset, length, buffer);
    }

    /** What lies after a point's end is zero. */
    private static void cut(long end, int length, Buffer buffer) {
        if (end < length && !buffer.zero) {
            Zeroes.fill(buffer.at((int) Math.max(0, end), length));
        }
    }

    /** The copying of one object through all points in time. */
    private final class ObjectCopy {
        private final long offset;
        private final int length;
        private final boolean store;
        private final ObjectHasher hasher = new ObjectHasher();
        private long bytesRead;
        private long bytesWritten;

        ObjectCopy(long offset, boolean store) {
            this.offset = offset;
            this.length = length(offset);
            this.store = store;
        }

        Copied run(Buffer first, Buffer second) {
            Buffer before = first;
            Buffer now = second;
            readBase(offset, length, before);
            for (Layer layer : fill.layers()) {
                if (!changes(layer.fillPoint(), before)) {
                    add(hasher, before, length);
                    continue;
                }
                readPoint(layer.fillPoint(), now);
                cutToOverlap(layer, offset, length, before);
                if (before.zero && !now.zero) {
                    Buffer data = now;
                    hasher.addPoint(now.at(0, length), (start, end) -> put(layer, data, start, end));
                } else {
                    add(hasher, now, length);
                    putDifferences(layer, before, now);
                }
                Buffer swap = before;
                before = now;
                now = swap;
                now.zero = true;
            }
            return new Copied(bytesRead, bytesWritten, hasher.digest());
        }

        private boolean changes(int point, Buffer before) {
            boolean[] any = {!before.zero && fill.pointSize(point) < offset + length};
            fill.originChanges(point, offset, length, (_, _, kind) -> any[0] |= kind != Extent.Kind.UNALLOCATED);
            return any[0];
        }

        private void readPoint(int point, Buffer into) {
            fill.originExtents(point, offset, length, (at, n, kind) -> {
                if (kind == Extent.Kind.DATA) {
                    into.materialize(length);
                    int start = (int) (at - offset);
                    fill.readOrigin(point, at, into.at(start, start + (int) n));
                    bytesRead += n;
                }
            });
        }

        private void putDifferences(Layer layer, Buffer before, Buffer now) {
            before.materialize(length);
            now.materialize(length);
            MemorySegment old = MemorySegment.ofBuffer(before.at(0, length));
            MemorySegment fresh = MemorySegment.ofBuffer(now.at(0, length));
            for (int at = 0; at < length; at += LayerMap.BLOCK_BYTES) {
                int end = Math.min(length, at + LayerMap.BLOCK_BYTES);
                if (MemorySegment.mismatch(old, at, end, fresh, at, end) < 0) {
                    continue;
                }
                if (Zeroes.isZero(fresh, at, end - at)) {
                    mark(layer, at, end, BlockState.ZERO);
                } else {
                    put(layer, now, at, end);
                }
            }
        }

        private void put(Layer layer, Buffer from, int start, int end) {
            if (store) {
                layer.data().write(from.at(start, end), offset + start);
                mark(layer, start, end, BlockState.DATA);
            }
            bytesWritten += end - start;
        }

        private void mark(Layer layer, int start, int end, BlockState state) {
            if (store) {
                long first = (offset + start) >>> LayerMap.BLOCK_SHIFT;
                layer.map().set(first, Layer.blocks(offset + end), state);
            }
        }
    }

    @Override
    public void close() {
        release.run();
    }
}
