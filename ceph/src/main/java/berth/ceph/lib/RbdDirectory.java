package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.block.Names;
import berth.block.Progress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import java.util.List;

/**
 * What a pool, in one of its namespaces, holds of images.
 *
 * @param context the open pool
 */
public record RbdDirectory(IoContext context) {
    /** Ceph: {@code RBD_TRASH} in {@code rbd_types.h}. */
    private static final String TRASH_OBJECT = "rbd_trash";

    private static final long SPEC_BYTES = 16;
    private static final long TRASHED_BYTES = 40;

    /**
     * An image.
     *
     * @param id its id
     * @param name its name
     */
    public record Named(String id, String name) {}

    /**
     * An image in the trash.
     *
     * @param id its id
     * @param name the name it had
     * @param source librbd's number for who put it there; 2 is a migration
     * @param deleted when
     * @param keptUntil before that it is removed by force only
     */
    public record Trashed(String id, String name, int source, Instant deleted, Instant keptUntil) {}

    /** Makes the pool one for images. */
    public void initialize() {
        Rbd.POOL_INIT.check(handle(), 0);
    }

    private long handle() {
        return context.handle();
    }

    /** The images but those with names that only rbd takes, with control characters: they stand in nobody's way. */
    public List<Named> named() {
        return list().stream().filter(image -> Names.isValid(image.name())).toList();
    }

    /** The images. */
    public List<Named> list() {
        return new NativeList<>(
                        Rbd.LIST, SPEC_BYTES, spec -> new Named(Text.pointedTo(spec, 0), Text.pointedTo(spec, 8)))
                .list(
                        (array, count) -> Rbd.LIST.callInt(handle(), array, count),
                        (array, count) -> Rbd.LIST_CLEANUP.call(array, count));
    }

    /** Makes an image of {@code size} bytes. */
    public void create(String name, long size, RbdOptions options) {
        try (Arena arena = Arena.ofConfined()) {
            long text = arena.allocateFrom(name).address();
            options.use(native_ -> Rbd.CREATE.check(handle(), text, size, native_));
        }
    }

    /** Makes a clone, here, of a snapshot in another directory. */
    public void cloneFrom(RbdDirectory parent, String parentImage, String snapshot, Clone clone) {
        try (Arena arena = Arena.ofConfined()) {
            long image = arena.allocateFrom(parentImage).address();
            long snap = arena.allocateFrom(snapshot).address();
            long child = arena.allocateFrom(clone.name()).address();
            clone.options().use(native_ -> Rbd.CLONE.check(parent.handle(), image, snap, handle(), child, native_));
        }
    }

    /**
     * A clone to be made.
     *
     * @param name its name
     * @param options how it is made
     */
    public record Clone(String name, RbdOptions options) {}

    /**
     * Makes the object that keeps the trash, if it is not there. Librbd removes an image by way of the trash, and a pool
     * whose quota is reached does not take a new object: there, nothing could be removed if nothing ever was before.
     */
    public void makeTrash() {
        context.write(TRASH_OBJECT, 0, MemorySegment.NULL);
    }

    /** Removes an image with all its data. */
    public void remove(String name, Progress progress) {
        try (Arena arena = Arena.ofConfined();
                Callbacks.Call call = Callbacks.of(progress)) {
            long text = arena.allocateFrom(name).address();
            int result = Rbd.REMOVE.callInt(handle(), text, Callbacks.progressFunction(), call.argument());
            call.rethrow();
            Rbd.REMOVE.checked(result);
        }
    }

    /** Renames an image. */
    public void rename(String from, String to) {
        try (Arena arena = Arena.ofConfined()) {
            Rbd.RENAME.check(
                    handle(),
                    arena.allocateFrom(from).address(),
                    arena.allocateFrom(to).address());
        }
    }

    /**
     * Moves an image to the trash.
     *
     * @param keepSeconds for how long it is to be removed by force only
     */
    public void moveToTrash(String name, long keepSeconds) {
        try (Arena arena = Arena.ofConfined()) {
            Rbd.TRASH_MOVE.check(handle(), arena.allocateFrom(name).address(), keepSeconds);
        }
    }

    /** The images in the trash. */
    public List<Trashed> trash() {
        return new NativeList<>(Rbd.TRASH_LIST, TRASHED_BYTES, RbdDirectory::trashed)
                .list(
                        (array, count) -> Rbd.TRASH_LIST.callInt(handle(), array, count),
                        (array, count) -> Rbd.TRASH_LIST_CLEANUP.call(array, count));
    }

    private static Trashed trashed(MemorySegment info) {
        return new Trashed(
                Text.pointedTo(info, 0),
                Text.pointedTo(info, 8),
                info.get(JAVA_INT, 16),
                Instant.ofEpochSecond(info.get(JAVA_LONG, 24)),
                Instant.ofEpochSecond(info.get(JAVA_LONG, 32)));
    }

    /** Brings an image back from the trash under a name. */
    public void restore(String id, String name) {
        try (Arena arena = Arena.ofConfined()) {
            Rbd.TRASH_RESTORE.check(
                    handle(),
                    arena.allocateFrom(id).address(),
                    arena.allocateFrom(name).address());
        }
    }

    /**
     * Removes an image from the trash.
     *
     * @param force even when it is to be kept longer
     */
    public void removeFromTrash(String id, boolean force, Progress progress) {
        try (Arena arena = Arena.ofConfined();
                Callbacks.Call call = Callbacks.of(progress)) {
            long text = arena.allocateFrom(id).address();
            int result = Rbd.TRASH_REMOVE.callInt(
                    handle(), text, force ? 1 : 0, Callbacks.progressFunction(), call.argument());
            call.rethrow();
            Rbd.TRASH_REMOVE.checked(result);
        }
    }

    /** The namespaces of the pool, but for the one that every pool has. */
    public List<String> namespaces() {
        return Text.strings(Rbd.NAMESPACE_LIST, (memory, size) -> Rbd.NAMESPACE_LIST.callInt(handle(), memory, size))
                .stream()
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** Whether the pool has a namespace. */
    public boolean hasNamespace(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment exists = arena.allocate(JAVA_BOOLEAN);
            Rbd.NAMESPACE_EXISTS.check(handle(), arena.allocateFrom(name).address(), exists.address());
            return exists.get(JAVA_BOOLEAN, 0);
        }
    }

    /** Makes a namespace. */
    public void createNamespace(String name) {
        try (Arena arena = Arena.ofConfined()) {
            Rbd.NAMESPACE_CREATE.check(handle(), arena.allocateFrom(name).address());
        }
    }

    /** Removes a namespace that holds nothing. */
    public void removeNamespace(String name) {
        try (Arena arena = Arena.ofConfined()) {
            Rbd.NAMESPACE_REMOVE.check(handle(), arena.allocateFrom(name).address());
        }
    }
}
