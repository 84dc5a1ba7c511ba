package berth.ceph;

import berth.block.ObjectBuffer;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.ceph.lib.RbdImage;
import berth.ceph.lib.RbdImage.DiffRange;
import berth.ceph.lib.RbdIo.Change;
import berth.ceph.lib.RbdSnapshots;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The image that a disk is copied into. It is open for writing, with librbd's lock: another Berth cannot write to it, and
 * one that is dead, or only seems to be, is shut out of the cluster before this one begins. Safe for use by several
 * threads.
 */
final class CopyTarget implements AutoCloseable {
    private final Connection connection;
    private final Moving moving;
    private final Handle head;
    private final boolean tellsChecksums;
    private final AtomicReferenceArray<@Nullable View> views;

    /**
     * A point in time that can be read.
     *
     * @param handle reads it
     * @param stored the objects, counted as those of the disk, in which there is something
     * @param checksums compares what is stored, where the layout allows that
     */
    private record View(Handle handle, BitSet stored, Optional<StoredChecksums> checksums) {}

    private CopyTarget(Connection connection, Moving moving, Handle head, boolean tellsChecksums) {
        this.connection = connection;
        this.moving = moving;
        this.head = head;
        this.tellsChecksums = tellsChecksums;
        this.views = new AtomicReferenceArray<>(moving.move().points().size());
    }

    /** Opens the image. @throws BlockException {@link Problem#IMAGE_IN_USE} when someone else copies into it */
    static CopyTarget open(Connection connection, Moving moving) {
        String pool = moving.pool().toString();
        Task task = Task.image("opening the target of the migration to " + moving.target(), pool);
        return connection.in(task, context -> {
            RbdImage image = RbdImage.openById(context, moving.id(), false);
            boolean tellsChecksums;
            try {
                SoleClient.lock(image, "the migration to " + moving.target());
                tellsChecksums = StoredChecksums.canTell(image);
            } catch (RuntimeException e) {
                image.close();
                throw e;
            }
            Handle head =
                    new Handle(connection, moving.pool(), image, anew -> RbdImage.openById(anew, moving.id(), false));
            return new CopyTarget(connection, moving, head, tellsChecksums);
        });
    }

    private Task task(String what) {
        return Task.image(
                what + " the target of the migration to " + moving.target(),
                moving.pool().toString());
    }

    private List<StoredMove.Point> points() {
        return moving.move().points();
    }

    /** The number of the first point in time that has no snapshot yet. */
    int pointsTaken() {
        List<String> names = head
                .call(
                        task("listing the snapshots of"),
                        image -> image.snapshots().list())
                .stream()
                .map(Snapshot::name)
                .toList();
        int taken = 0;
        while (taken < points().size() - 1 && names.contains(points().get(taken).name())) {
            taken++;
        }
        return taken;
    }

    /** Takes the snapshot that a point in time becomes. */
    void take(int point) {
        head.call(task("taking a snapshot of"), image -> {
            image.snapshots().create(points().get(point).name());
            return image;
        });
    }

    /** Removes all snapshots. */
    void removeSnapshots() {
        head.call(task("removing the snapshots of"), image -> {
            RbdSnapshots snapshots = image.snapshots();
            for (Snapshot snapshot : snapshots.list()) {
                if (snapshot.isProtected()) {
                    snapshots.unprotect(snapshot.name());
                }
                snapshots.remove(snapshot.name(), Progress.NONE);
            }
            return image;
        });
    }

    /** Makes everything ready for the copying of a point in time, before which all others have been taken. */
    void beginPoint(int point) {
        head.call(task("preparing"), image -> {
            for (StoredMove.Point taken : points().subList(0, point)) {
                if (taken.isProtected() && !image.snapshots().isProtected(taken.name())) {
                    image.snapshots().protect(taken.name());
                }
            }
            long size = points().get(point).sizeBytes();
            if (image.size() != size) {
                image.resize(size, true, Progress.NONE);
            }
            return image;
        });
    }

    /** Up to where the disk shows a parent where nothing was written. */
    long inheritedBytes() {
        return head.call(
                task("looking at the parent of"), image -> image.parent().isPresent() ? image.overlap() : 0L);
    }

    /** Reads the first {@code length} bytes of an object of the disk as it is now, into a buffer that is all zero. */
    void readNow(long object, int length, ObjectBuffer into) {
        if (length > 0) {
            MemorySegment memory = MemorySegment.ofBuffer(into.claim(0, length));
            head.transfer(task("reading"), (_, io) -> io.read(object * ObjectBuffer.BYTES, memory));
            into.normalize(length);
        }
    }

    /** Changes bytes of the disk as it is now. */
    void change(List<Change> changes) {
        if (!changes.isEmpty()) {
            head.transfer(task("writing to"), (_, io) -> io.change(changes));
        }
    }

    void flush() {
        head.transfer(task("flushing"), (_, io) -> io.flush());
    }

    /** Reads the first {@code length} bytes of an object at a point in time, into a buffer that is all zero. */
    void read(int point, long object, int length, ObjectBuffer into) {
        View view = view(point);
        if (length > 0 && view.stored().get((int) object)) {
            MemorySegment memory = MemorySegment.ofBuffer(into.claim(0, length));
            view.handle().transfer(task("reading"), (_, io) -> io.read(object * ObjectBuffer.BYTES, memory));
            into.normalize(length);
        }
    }

    /** Whether objects can be compared by their checksums. */
    boolean tellsChecksums() {
        return tellsChecksums;
    }

    /**
     * Whether an object at a point in time is known to be as it was written, without reading it. Where this is false,
     * reading tells.
     */
    boolean holds(int point, long object, int length, long checksum) {
        View view = view(point);
        return checksum != DigestLog.NO_CHECKSUM
                && view.stored().get((int) object)
                && view.checksums().isPresent()
                && view.checksums().get().match(object, length, checksum);
    }

    /** Opened at the first use, for what is stored changes as long as something is written. */
    private View view(int point) {
        View known = views.get(point);
        if (known != null) {
            return known;
        }
        synchronized (views) {
            View made = views.get(point);
            if (made == null) {
                made = point == points().size() - 1 ? view(head, OptionalLong.empty()) : openSnapshot(point);
                views.set(point, made);
            }
            return made;
        }
    }

    private View view(Handle handle, OptionalLong snapshot) {
        return new View(handle, stored(handle), StoredChecksums.of(connection, handle, snapshot));
    }

    private View openSnapshot(int point) {
        Task task = task("opening a snapshot of");
        long id = head.call(
                task, image -> Facts.snapshot(image, points().get(point).name()).id());
        OptionalLong snapshot = OptionalLong.of(id);
        Handle handle = connection.in(
                task,
                context -> new Handle(
                        connection,
                        moving.pool(),
                        Facts.lookById(context, moving.id(), snapshot),
                        anew -> Facts.lookById(anew, moving.id(), snapshot)));
        try {
            return view(handle, snapshot);
        } catch (RuntimeException e) {
            Closing.after(e, handle::close);
            throw e;
        }
    }

    /** What the object map says, by which all clients go when they read. */
    private BitSet stored(Handle handle) {
        return handle.call(
                task("listing what is stored of"),
                image -> ObjectIndex.collect(
                        sink -> image.diff(new DiffRange(Optional.empty(), 0, image.size(), true, true), sink)));
    }

    /** Closes everything; the lock is free then. */
    @Override
    public void close() {
        List<Runnable> steps = new ArrayList<>();
        for (int point = 0; point < views.length(); point++) {
            View view = views.get(point);
            if (view != null) {
                view.checksums().ifPresent(checksums -> steps.add(checksums::close));
                steps.add(view.handle()::close);
            }
        }
        steps.add(head::close);
        Closing.all(steps);
    }
}
