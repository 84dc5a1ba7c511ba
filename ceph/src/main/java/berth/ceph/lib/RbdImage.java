package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.block.DiffSink;
import berth.block.Layout;
import berth.block.Progress;
import berth.block.Watcher;
import berth.posix.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** An open image, or snapshot of one ({@code rbd_image_t}). */
public final class RbdImage implements AutoCloseable {
    private static final long STAT_BYTES = 160;
    private static final long STAT_ORDER = 24;
    private static final long LINKED_BYTES = 48;
    private static final long SNAP_SPEC_BYTES = 24;
    private static final long TIME_BYTES = 16;
    private static final long WATCHER_BYTES = 24;
    private static final int ID_BYTES = 4096;
    private static final long MAX_PREFIX_BYTES = 4096;
    private static final int LOCK_EXCLUSIVELY = 0;

    private final long handle;

    private RbdImage(long handle) {
        this.handle = handle;
    }

    /**
     * An image that another one is linked with.
     *
     * @param pool its pool
     * @param namespace its namespace, mostly empty
     * @param id its id
     * @param name its name, or the one it had
     * @param inTrash whether it is in the trash
     */
    public record Linked(String pool, String namespace, String id, String name, boolean inTrash) {}

    /**
     * What a clone was made of.
     *
     * @param image the parent
     * @param snapshot the name of its snapshot
     */
    public record Parent(Linked image, String snapshot) {}

    /** Opens an image by its name, or its snapshot for reading. */
    public static RbdImage open(IoContext pool, String name, boolean readOnly) {
        return open(readOnly ? Rbd.OPEN_READ_ONLY : Rbd.OPEN, pool, name);
    }

    /** Opens an image by its id. */
    public static RbdImage openById(IoContext pool, String id, boolean readOnly) {
        return open(readOnly ? Rbd.OPEN_BY_ID_READ_ONLY : Rbd.OPEN_BY_ID, pool, id);
    }

    private static RbdImage open(NativeFunction function, IoContext pool, String which) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            function.check(pool.handle(), arena.allocateFrom(which).address(), out.address(), 0);
            return new RbdImage(out.get(JAVA_LONG, 0));
        }
    }

    long handle() {
        return handle;
    }

    /** Closes the image; caches are written back. */
    @Override
    public void close() {
        Rbd.CLOSE.check(handle);
    }

    /** Moves a handle that is open for reading to a snapshot; 0xfffffffffffffffe is no snapshot. */
    public void setSnapshot(long id) {
        Rbd.SNAP_SET_BY_ID.check(handle, id);
    }

    /** The size in bytes. */
    public long size() {
        return number(Rbd.GET_SIZE);
    }

    /** The bits of the features. */
    public long features() {
        return number(Rbd.GET_FEATURES);
    }

    /** What the names of the objects with data begin with. */
    public String blockNamePrefix() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(MAX_PREFIX_BYTES);
            Rbd.GET_BLOCK_NAME_PREFIX.check(handle, name.address(), MAX_PREFIX_BYTES);
            return name.getString(0);
        }
    }

    /** The number of the pool that the data are in; mostly that of the image itself. */
    public long dataPoolId() {
        return Rbd.GET_DATA_POOL_ID.call(handle);
    }

    /** The bits of the flags: 1 for an object map, 2 for a fast diff, that are not valid. */
    public long flags() {
        return number(Rbd.GET_FLAGS);
    }

    /** How many bytes of the parent show through; 0 without one. */
    public long overlap() {
        return number(Rbd.GET_OVERLAP);
    }

    private long number(NativeFunction function) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(JAVA_LONG);
            function.check(handle, out.address());
            return out.get(JAVA_LONG, 0);
        }
    }

    /** The object size and the striping. */
    public Layout layout() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(STAT_BYTES, Long.BYTES);
            Rbd.STAT.check(handle, info.address(), STAT_BYTES);
            int order = info.get(JAVA_INT, STAT_ORDER);
            return new Layout(order, number(Rbd.GET_STRIPE_UNIT), number(Rbd.GET_STRIPE_COUNT));
        }
    }

    /** When it was made. */
    public Instant created() {
        return time(Rbd.GET_CREATED);
    }

    /** When it was last read, as exactly as the cluster notes it. */
    public Instant accessed() {
        return time(Rbd.GET_ACCESSED);
    }

    /** When it was last written, as exactly as the cluster notes it. */
    public Instant modified() {
        return time(Rbd.GET_MODIFIED);
    }

    private Instant time(NativeFunction function) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(TIME_BYTES, Long.BYTES);
            function.check(handle, time.address());
            return instant(time);
        }
    }

    /** The moment that a {@code struct timespec} holds. */
    static Instant instant(MemorySegment time) {
        return Instant.ofEpochSecond(time.get(JAVA_LONG, 0), time.get(JAVA_LONG, 8));
    }

    /** The name that it had when it was opened, or was renamed to through this connection since. */
    public String name() {
        return Text.filled(Rbd.GET_NAME, (memory, size) -> Rbd.GET_NAME.callInt(handle, memory, size));
    }

    /** The id. */
    public String id() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment id = arena.allocate(ID_BYTES);
            Rbd.GET_ID.check(handle, id.address(), ID_BYTES);
            return Text.at(id);
        }
    }

    /** What the image was cloned from, with the names of when it was opened. */
    public Optional<Parent> parent() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment image = arena.allocate(LINKED_BYTES, Long.BYTES);
            MemorySegment snapshot = arena.allocate(SNAP_SPEC_BYTES, Long.BYTES);
            int result = Rbd.GET_PARENT.callInt(handle, image.address(), snapshot.address());
            if (result == -Errno.ENOENT.number()) {
                return Optional.empty();
            }
            Rbd.GET_PARENT.checked(result);
            Parent parent = new Parent(linked(image), Text.pointedTo(snapshot, 16));
            Rbd.LINKED_CLEANUP.call(image.address());
            Rbd.SNAP_SPEC_CLEANUP.call(snapshot.address());
            return Optional.of(parent);
        }
    }

    private static Linked linked(MemorySegment image) {
        return new Linked(
                Text.pointedTo(image, 8),
                Text.pointedTo(image, 16),
                Text.pointedTo(image, 24),
                Text.pointedTo(image, 32),
                image.get(JAVA_BOOLEAN, 40));
    }

    /** The clones of the snapshot that is set, or of all snapshots when none is. */
    public List<Linked> children() {
        return new NativeList<>(Rbd.CHILDREN, LINKED_BYTES, RbdImage::linked)
                .list(
                        (array, count) -> Rbd.CHILDREN.callInt(handle, array, count),
                        (array, count) -> Rbd.LINKED_LIST_CLEANUP.call(array, count));
    }

    /** The clients that have the image open for writing. */
    public List<Watcher> watchers() {
        return new NativeList<>(
                        Rbd.WATCHERS,
                        WATCHER_BYTES,
                        watcher -> new Watcher(
                                Text.pointedTo(watcher, 0), watcher.get(JAVA_LONG, 8), watcher.get(JAVA_LONG, 16)))
                .list(
                        (array, count) -> Rbd.WATCHERS.callInt(handle, array, count),
                        (array, count) -> Rbd.WATCHERS_CLEANUP.call(array, count));
    }

    /** Changes the size. */
    public void resize(long size, boolean allowShrink, Progress progress) {
        withProgress(Rbd.RESIZE, progress, size, allowShrink ? 1 : 0);
    }

    /**
     * Takes the image's lock and keeps it until the image is closed: other clients that write fail with EROFS. Waits for
     * a client that is dead to be noticed, and shuts it out of the cluster. Fails with EROFS when a client that is alive
     * has the lock for good, with EINVAL when the image has no such feature.
     */
    public void lockExclusively() {
        Rbd.LOCK_ACQUIRE.check(handle, LOCK_EXCLUSIVELY);
    }

    /** Copies in what shows through from the parent, and cuts the link. */
    public void flatten(Progress progress) {
        withProgress(Rbd.FLATTEN, progress);
    }

    /** Calls a function whose last two parameters are a progress callback and its argument. */
    void withProgress(NativeFunction function, Progress progress, long... arguments) {
        try (Callbacks.Call call = Callbacks.of(progress)) {
            long[] all = new long[arguments.length + 3];
            all[0] = handle;
            System.arraycopy(arguments, 0, all, 1, arguments.length);
            all[all.length - 2] = Callbacks.progressFunction();
            all[all.length - 1] = call.argument();
            int result = function.callInt(all);
            call.rethrow();
            function.checked(result);
        }
    }

    /**
     * Which part of a difference is asked for.
     *
     * @param from the earlier snapshot; when empty, everything that is stored differs from nothing
     * @param offset where it starts
     * @param length how long it is
     * @param withParent whether what shows through from the parent counts
     * @param wholeObjects whether objects that changed are told whole, which an object map answers by itself
     */
    public record DiffRange(
            Optional<String> from, long offset, long length, boolean withParent, boolean wholeObjects) {}

    /** Tells what differs, in ascending order as far as the layout is without striping. */
    public void diff(DiffRange range, DiffSink sink) {
        try (Arena arena = Arena.ofConfined();
                Callbacks.Call call = Callbacks.of(sink)) {
            long from =
                    range.from().map(name -> arena.allocateFrom(name).address()).orElse(0L);
            int result = Rbd.DIFF.callInt(
                    handle,
                    from,
                    range.offset(),
                    range.length(),
                    range.withParent() ? 1 : 0,
                    range.wholeObjects() ? 1 : 0,
                    Callbacks.diffFunction(),
                    call.argument());
            call.rethrow();
            Rbd.DIFF.checked(result);
        }
    }

    /** The snapshots of this image. */
    public RbdSnapshots snapshots() {
        return new RbdSnapshots(this);
    }

    /** The locks and the metadata of this image. */
    public RbdAnnotations annotations() {
        return new RbdAnnotations(this);
    }
}
