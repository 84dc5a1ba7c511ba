package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.block.Progress;
import berth.block.Snapshot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.List;

/**
 * The snapshots of an open image.
 *
 * @param image the image
 */
public record RbdSnapshots(RbdImage image) {
    private static final long INFO_BYTES = 24;
    private static final long TIME_BYTES = 16;
    private static final int USER = 0;

    private record Listed(long id, long size, String name) {
        static Listed of(MemorySegment info) {
            return new Listed(info.get(JAVA_LONG, 0), info.get(JAVA_LONG, 8), Text.pointedTo(info, 16));
        }
    }

    /** The snapshots that users have made, oldest first; those of the trash, of groups and of mirroring are left out. */
    public List<Snapshot> list() {
        return new NativeList<>(Rbd.SNAP_LIST, INFO_BYTES, Listed::of)
                        .listCounted(
                                (array, count) -> Rbd.SNAP_LIST.callInt(image.handle(), array, count),
                                (array, count) -> Rbd.SNAP_LIST_END.call(array))
                        .stream()
                        .filter(info -> isOfUser(info.id()))
                        .sorted(Comparator.comparingLong(Listed::id))
                        .map(this::describe)
                        .toList();
    }

    private boolean isOfUser(long id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment type = arena.allocate(JAVA_INT);
            Rbd.SNAP_NAMESPACE.check(image.handle(), id, type.address());
            return type.get(JAVA_INT, 0) == USER;
        }
    }

    private Snapshot describe(Listed info) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = arena.allocate(TIME_BYTES, Long.BYTES);
            Rbd.SNAP_CREATED.check(image.handle(), info.id(), time.address());
            return new Snapshot(info.id(), info.name(), info.size(), isProtected(info.name()), RbdImage.instant(time));
        }
    }

    /** Whether a snapshot is protected. */
    public boolean isProtected(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment is = arena.allocate(JAVA_INT);
            Rbd.SNAP_IS_PROTECTED.check(image.handle(), arena.allocateFrom(name).address(), is.address());
            return is.get(JAVA_INT, 0) != 0;
        }
    }

    /** Takes a snapshot. */
    public void create(String name) {
        withName(Rbd.SNAP_CREATE, name, 0, Progress.NONE);
    }

    /** Removes a snapshot that is not protected. */
    public void remove(String name, Progress progress) {
        withName(Rbd.SNAP_REMOVE, name, 0, progress);
    }

    private void withName(NativeFunction function, String name, long flags, Progress progress) {
        try (Arena arena = Arena.ofConfined()) {
            image.withProgress(function, progress, arena.allocateFrom(name).address(), flags);
        }
    }

    /** Makes the image what it was at a snapshot. */
    public void rollback(String name, Progress progress) {
        try (Arena arena = Arena.ofConfined()) {
            image.withProgress(
                    Rbd.SNAP_ROLLBACK, progress, arena.allocateFrom(name).address());
        }
    }

    /** Renames a snapshot. */
    public void rename(String from, String to) {
        try (Arena arena = Arena.ofConfined()) {
            Rbd.SNAP_RENAME.check(
                    image.handle(),
                    arena.allocateFrom(from).address(),
                    arena.allocateFrom(to).address());
        }
    }

    /** Protects a snapshot. */
    public void protect(String name) {
        named(Rbd.SNAP_PROTECT, name);
    }

    /** Ends the protection of a snapshot. */
    public void unprotect(String name) {
        named(Rbd.SNAP_UNPROTECT, name);
    }

    private void named(NativeFunction function, String name) {
        try (Arena arena = Arena.ofConfined()) {
            function.check(image.handle(), arena.allocateFrom(name).address());
        }
    }
}
