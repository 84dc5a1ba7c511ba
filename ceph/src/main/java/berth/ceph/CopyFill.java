package berth.ceph;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Fill;
import berth.block.ObjectBuffer;
import berth.block.ObjectBuffers;
import berth.block.ObjectDigest;
import berth.block.ObjectHasher;
import berth.block.Problem;
import berth.ceph.lib.RbdIo.Change;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The copying of a disk into an image that nobody uses yet. RBD takes snapshots of the present only, so each pass writes
 * what differs from one point in time to the next, and takes the snapshot at its end. Where the image was made as a clone,
 * the first pass writes what differs from what the image shows, which is its parent.
 */
final class CopyFill implements Fill {
    /** Each has a buffer or two of 4 MiB, and waits for the cluster most of the time. */
    private static final int THREADS = 8;

    private final CopyTarget target;
    private final CopySource source;
    private final DigestLog digests;
    private final List<StoredMove.Point> points;
    private final long objects;
    private final ObjectBuffers buffers = new ObjectBuffers();
    /** What there is before the first point in time. */
    private final ObjectBuffer nothing = new ObjectBuffer();
    /** Up to where the target shows its parent before anything is written. */
    private final long inherited;

    private volatile int current;

    CopyFill(CopyTarget target, CopySource source, DigestLog digests, List<StoredMove.Point> points) {
        this.target = target;
        this.source = source;
        this.digests = digests;
        this.points = points;
        this.objects = objects(points);
        this.current = target.pointsTaken();
        target.beginPoint(current);
        this.inherited = current == 0 ? target.inheritedBytes() : 0;
    }

    /** How many objects cover all points in time. */
    static long objects(List<StoredMove.Point> points) {
        return ObjectReads.count(
                points.stream().mapToLong(StoredMove.Point::sizeBytes).max().orElse(0));
    }

    @Override
    public long objectBytes() {
        return ObjectBuffer.BYTES;
    }

    @Override
    public long objects() {
        return objects;
    }

    @Override
    public int usefulThreads(boolean withSource) {
        return THREADS;
    }

    @Override
    public boolean isFilled(long object) {
        return digests.has(last(), object);
    }

    @Override
    public long filledObjects() {
        return digests.count(last(), objects);
    }

    private int last() {
        return points.size() - 1;
    }

    /** How many bytes of an object there are at a point in time. */
    private int length(int point, long object) {
        return ObjectReads.length(object, points.get(point).sizeBytes());
    }

    @Override
    public Copied fill(long object) {
        int point = current;
        if (digests.has(point, object)) {
            return new Copied(0, 0, result(point, object));
        }
        ObjectBuffer now = buffers.take();
        boolean fromNothing = point == 0 && object * ObjectBuffer.BYTES >= inherited;
        ObjectBuffer before = fromNothing ? nothing : buffers.take();
        try {
            return copy(point, object, before, now);
        } finally {
            buffers.giveBack(now);
            if (!fromNothing) {
                buffers.giveBack(before);
            }
        }
    }

    private Optional<ObjectDigest> result(int point, long object) {
        return point == last() ? Optional.of(recorded(object)) : Optional.empty();
    }

    private Copied copy(int point, long object, ObjectBuffer before, ObjectBuffer now) {
        if (!changes(point, object)) {
            digests.put(point, object, entry(point - 1, object));
            return new Copied(0, 0, result(point, object));
        }
        int length = length(point, object);
        if (point > 0) {
            readSource(point - 1, object, before);
            before.zero(length, ObjectBuffer.BYTES);
        } else if (before != nothing) {
            target.readNow(object, length, before);
        }
        long read = readSource(point, object, now);
        DigestLog.Entry entry =
                described(now, length); // Before they are written, while the processor still has them near.
        long written = write(object, length, before, now);
        digests.put(point, object, entry);
        return new Copied(read, written, result(point, object));
    }

    private DigestLog.Entry described(ObjectBuffer bytes, int length) {
        long checksum = target.tellsChecksums() ? StoredChecksums.expected(bytes, length) : DigestLog.NO_CHECKSUM;
        return new DigestLog.Entry(bytes.digest(length), checksum);
    }

    private boolean changes(int point, long object) {
        int length = length(point, object);
        return point == 0 || length != length(point - 1, object) || source.changes(point, object, length);
    }

    private long readSource(int point, long object, ObjectBuffer into) {
        return source.read(point, object, length(point, object), into);
    }

    private long write(long object, int length, ObjectBuffer before, ObjectBuffer now) {
        long offset = object * ObjectBuffer.BYTES;
        long[] written = {0};
        List<Change> changes = new ArrayList<>();
        now.differences(before, length, (at, n, kind) -> {
            if (kind == Extent.Kind.DATA) {
                MemorySegment bytes = MemorySegment.ofBuffer(now.slice((int) at, (int) (at + n)));
                changes.add(new Change.Write(offset + at, bytes));
                written[0] += n;
            } else if (kind == Extent.Kind.ZERO) {
                changes.add(new Change.Zero(offset + at, n));
            }
        });
        target.change(changes);
        return written[0];
    }

    @Override
    public boolean nextPass() {
        int done = current;
        if (done == last()) {
            return false;
        }
        checkpoint();
        target.take(done);
        target.beginPoint(done + 1);
        current = done + 1;
        return true;
    }

    @Override
    public ObjectDigest recorded(long object) {
        List<ObjectDigest> known = new ArrayList<>();
        for (int point = 0; point < points.size(); point++) {
            known.add(entry(point, object).digest());
        }
        return ObjectHasher.object(known);
    }

    private DigestLog.Entry entry(int point, long object) {
        return digests.get(point, object).orElseThrow(() -> notCopied(object));
    }

    private static BlockException notCopied(long object) {
        return new BlockException(Problem.MIGRATION_STATE, "object " + object + " has not been copied yet");
    }

    @Override
    public ObjectDigest reread(long object, Consumer<ObjectDigest> to) {
        List<ObjectDigest> found = new ArrayList<>();
        for (int point = 0; point < points.size(); point++) {
            found.add(targetDigest(point, object));
        }
        found.forEach(to);
        return ObjectHasher.object(found);
    }

    /** What the OSDs say is as it was written has the digest that it had then, and is not read from them. */
    private ObjectDigest targetDigest(int point, long object) {
        int length = length(point, object);
        Optional<DigestLog.Entry> written = digests.get(point, object);
        if (written.isPresent()
                && target.holds(point, object, length, written.get().checksum())) {
            return written.get().digest();
        }
        ObjectBuffer buffer = buffers.take();
        try {
            target.read(point, object, length, buffer);
            return buffer.digest(length);
        } finally {
            buffers.giveBack(buffer);
        }
    }

    @Override
    public ObjectDigest sourceDigest(long object) {
        List<ObjectDigest> found = new ArrayList<>();
        for (int point = 0; point < points.size(); point++) {
            found.add(changes(point, object) ? digestInSource(point, object) : found.getLast());
        }
        return ObjectHasher.object(found);
    }

    private ObjectDigest digestInSource(int point, long object) {
        ObjectBuffer buffer = buffers.take();
        try {
            readSource(point, object, buffer);
            return buffer.digest(length(point, object));
        } finally {
            buffers.giveBack(buffer);
        }
    }

    @Override
    public void checkpoint() {
        digests.flush(target::flush);
    }

    /** Nobody else uses the image. */
    @Override
    public long foregroundRequests() {
        return 0;
    }

    @Override
    public void close() {
        try {
            source.close();
        } finally {
            target.close();
        }
    }
}
