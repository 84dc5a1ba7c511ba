package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.posix.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The advisory locks and the metadata of an open image.
 *
 * @param image the image
 */
public record RbdAnnotations(RbdImage image) {
    private static final long LOCK_BYTES = 1 << 16;
    private static final int PAGE = 256;

    /**
     * One lock.
     *
     * @param client who holds it, for example {@code client.4123}
     * @param cookie the name that it was taken with
     * @param address where the client is
     * @param exclusive whether nobody else can hold it
     * @param tag what shared locks of one kind have in common
     */
    public record Lock(String client, String cookie, String address, boolean exclusive, String tag) {}

    /** The locks, advisory ones and that of the exclusive-lock feature. */
    public List<Lock> locks() {
        long bytes = LOCK_BYTES;
        while (true) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment[] texts = new MemorySegment[4];
                MemorySegment sizes = arena.allocate(JAVA_LONG, texts.length);
                for (int i = 0; i < texts.length; i++) {
                    texts[i] = arena.allocate(bytes);
                    sizes.setAtIndex(JAVA_LONG, i, bytes);
                }
                MemorySegment exclusive = arena.allocate(JAVA_INT);
                int result = lockers(exclusive, texts, sizes.address());
                if (!NativeFunction.needsMore(result) || bytes >= Text.MAX_BYTES) {
                    return locks(Rbd.LOCKERS.checked(result), exclusive.get(JAVA_INT, 0) != 0, texts);
                }
                bytes *= 4;
            }
        }
    }

    private int lockers(MemorySegment exclusive, MemorySegment[] texts, long sizes) {
        return Rbd.LOCKERS.callInt(
                image.handle(),
                exclusive.address(),
                texts[0].address(),
                sizes,
                texts[1].address(),
                sizes + 8,
                texts[2].address(),
                sizes + 16,
                texts[3].address(),
                sizes + 24);
    }

    private static List<Lock> locks(int count, boolean exclusive, MemorySegment[] texts) {
        String tag = texts[0].getString(0, StandardCharsets.UTF_8);
        List<Lock> locks = new ArrayList<>();
        long[] at = new long[texts.length];
        for (int i = 0; i < count; i++) {
            String client = next(texts[1], at, 1);
            String cookie = next(texts[2], at, 2);
            locks.add(new Lock(client, cookie, next(texts[3], at, 3), exclusive, tag));
        }
        return locks;
    }

    private static String next(MemorySegment text, long[] at, int which) {
        String next = text.getString(at[which], StandardCharsets.UTF_8);
        at[which] += next.getBytes(StandardCharsets.UTF_8).length + 1L;
        return next;
    }

    /** Takes the lock; fails with EBUSY when another client has it, with EEXIST when this one has. */
    public void lock(String cookie) {
        withText(Rbd.LOCK_EXCLUSIVE, cookie);
    }

    /** Takes a shared lock of a kind. */
    public void lockShared(String cookie, String tag) {
        withTexts(Rbd.LOCK_SHARED, cookie, tag);
    }

    /** Gives this client's lock back. */
    public void unlock(String cookie) {
        withText(Rbd.UNLOCK, cookie);
    }

    /** Takes a lock away from a client, which is then kept from the cluster if so configured. */
    public void breakLock(String client, String cookie) {
        withTexts(Rbd.BREAK_LOCK, client, cookie);
    }

    /** The value of a key. */
    public Optional<String> metadata(String key) {
        try (Arena arena = Arena.ofConfined()) {
            long text = arena.allocateFrom(key).address();
            return Optional.of(Text.filled(
                    Rbd.METADATA_GET, (memory, size) -> Rbd.METADATA_GET.callInt(image.handle(), text, memory, size)));
        } catch (NativeFailure e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Sets the value of a key. */
    public void setMetadata(String key, String value) {
        withTexts(Rbd.METADATA_SET, key, value);
    }

    /** Removes a key; fails with ENOENT when it is not there. */
    public void removeMetadata(String key) {
        withText(Rbd.METADATA_REMOVE, key);
    }

    /** All keys with their values. */
    public SortedMap<String, String> metadata() {
        SortedMap<String, String> all = new TreeMap<>();
        String last = "";
        while (true) {
            List<String> keys = new ArrayList<>();
            List<String> values = page(last, keys);
            for (int i = 0; i < keys.size(); i++) {
                all.put(keys.get(i), values.get(i));
            }
            if (keys.size() < PAGE) {
                return all;
            }
            last = keys.getLast();
        }
    }

    /** The values after a key; puts their keys into the list. */
    private List<String> page(String last, List<String> keys) {
        long bytes = LOCK_BYTES;
        while (true) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment names = arena.allocate(bytes);
                MemorySegment values = arena.allocate(bytes);
                MemorySegment sizes = arena.allocate(JAVA_LONG, 2);
                sizes.setAtIndex(JAVA_LONG, 0, bytes);
                sizes.setAtIndex(JAVA_LONG, 1, bytes);
                int result = Rbd.METADATA_LIST.callInt(
                        image.handle(),
                        arena.allocateFrom(last).address(),
                        PAGE,
                        names.address(),
                        sizes.address(),
                        values.address(),
                        sizes.address() + Long.BYTES);
                if (!NativeFunction.needsMore(result) || bytes >= Text.MAX_BYTES) {
                    Rbd.METADATA_LIST.checked(result);
                    keys.addAll(Text.split(names, sizes.getAtIndex(JAVA_LONG, 0)));
                    return Text.split(values, sizes.getAtIndex(JAVA_LONG, 1));
                }
                bytes *= 4;
            }
        }
    }

    private void withText(NativeFunction function, String text) {
        try (Arena arena = Arena.ofConfined()) {
            function.check(image.handle(), arena.allocateFrom(text).address());
        }
    }

    private void withTexts(NativeFunction function, String first, String second) {
        try (Arena arena = Arena.ofConfined()) {
            function.check(
                    image.handle(),
                    arena.allocateFrom(first).address(),
                    arena.allocateFrom(second).address());
        }
    }
}
