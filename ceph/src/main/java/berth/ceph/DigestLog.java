package berth.ceph;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.block.ObjectDigest;
import berth.ceph.lib.IoContext;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What was copied, for each point in time a RADOS object beside the image: 24 bytes for each object of the disk,
 * little-endian: its digest, the lower half first, which is 0 where nothing was copied yet, and its checksum. So any host
 * can go on with a copy. The largest disks make objects of 96 MiB. Safe for use by several threads.
 */
final class DigestLog {
    private static final ValueLayout.OfLong WORD = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** Stands for none. */
    static final long NO_CHECKSUM = 0;

    private static final int ENTRY_BYTES = 24;
    private static final int CHECKSUM_AT = 16;
    private static final int PAGE_ENTRIES = 4096;
    private static final int PAGE_BYTES = PAGE_ENTRIES * ENTRY_BYTES;
    private static final int MAX_CLEAN_PAGES = 128;

    private final Connection connection;
    private final String pool;
    private final String imageId;
    /** Least recently used first. */
    private final Map<Key, Page> pages = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * What is known of an object that was copied.
     *
     * @param digest of its bytes
     * @param checksum what {@link StoredChecksums} tells of them, or {@link #NO_CHECKSUM}
     */
    record Entry(ObjectDigest digest, long checksum) {}

    private record Key(int point, long number) {}

    private static final class Page {
        final MemorySegment words = Arena.ofAuto().allocate(PAGE_BYTES, Long.BYTES);
        /** How many changes there were, and how many of them are durable. */
        long changes;

        long durableChanges;

        boolean changed() {
            return changes != durableChanges;
        }
    }

    /** A page as it was when it was written. */
    private record Written(Page page, MemorySegment words, long changes) {
        static Written of(Page page) {
            return new Written(
                    page, Arena.ofAuto().allocate(PAGE_BYTES, Long.BYTES).copyFrom(page.words), page.changes);
        }
    }

    DigestLog(Connection connection, Moving moving) {
        this.connection = connection;
        this.pool = moving.pool().toString();
        this.imageId = moving.id();
    }

    private String name(int point) {
        return "berth_copied." + imageId + "." + point;
    }

    /** What was put for an object at a point in time. */
    synchronized Optional<Entry> get(int point, long object) {
        MemorySegment words = page(point, object / PAGE_ENTRIES).words;
        long at = at(object);
        long low = words.get(WORD, at);
        return low == 0
                ? Optional.empty()
                : Optional.of(new Entry(
                        new ObjectDigest(words.get(WORD, at + Long.BYTES), low), words.get(WORD, at + CHECKSUM_AT)));
    }

    /** Whether anything was. */
    synchronized boolean has(int point, long object) {
        return page(point, object / PAGE_ENTRIES).words.get(WORD, at(object)) != 0;
    }

    private static long at(long object) {
        return object % PAGE_ENTRIES * ENTRY_BYTES;
    }

    /** Notes what an object is; it is durable after the next {@link #flush}. */
    synchronized void put(int point, long object, Entry entry) {
        Page page = page(point, object / PAGE_ENTRIES);
        long at = at(object);
        page.words.set(WORD, at, entry.digest().low());
        page.words.set(WORD, at + Long.BYTES, entry.digest().high());
        page.words.set(WORD, at + CHECKSUM_AT, entry.checksum());
        page.changes++;
    }

    /** For how many of a number of objects something was put at a point in time. */
    synchronized long count(int point, long objects) {
        long count = 0;
        for (long number = 0; number * PAGE_ENTRIES < objects; number++) {
            Page page = page(point, number);
            long end = Math.min(PAGE_ENTRIES, objects - number * PAGE_ENTRIES);
            for (long i = 0; i < end; i++) {
                count += page.words.get(WORD, i * ENTRY_BYTES) == 0 ? 0 : 1;
            }
        }
        return count;
    }

    private Page page(int point, long number) {
        Key key = new Key(point, number);
        @Nullable Page known = pages.get(key);
        if (known != null) {
            return known;
        }
        Page page = new Page();
        with("reading", context -> context.read(name(point), number * PAGE_BYTES, page.words));
        makeRoom(); // Before it is one of them: it must not be the one that goes.
        pages.put(key, page);
        return page;
    }

    /** Changed pages stay: what they say of the image may not be durable yet. */
    private void makeRoom() {
        if (pages.size() < MAX_CLEAN_PAGES) {
            return;
        }
        pages.entrySet().stream()
                .filter(entry -> !entry.getValue().changed())
                .findFirst()
                .map(Map.Entry::getKey)
                .ifPresent(pages::remove);
    }

    private interface Work {
        void on(IoContext context);
    }

    private void with(String verb, Work work) {
        Task task = Task.image(verb + " the digests of a copy in pool '" + pool + "'", pool);
        connection.in(task, context -> {
            work.on(context);
            return pool;
        });
    }

    /**
     * Writes what is new.
     *
     * @param before makes the image durable: what this says was copied must not be lost after it
     */
    void flush(Runnable before) {
        Map<Key, Written> changed = changed();
        before.run();
        if (changed.isEmpty()) {
            return;
        }
        with(
                "writing",
                context -> changed.forEach((key, written) ->
                        context.write(name(key.point()), key.number() * PAGE_BYTES, written.words())));
        synchronized (this) {
            changed.values().forEach(written -> written.page().durableChanges = written.changes());
        }
    }

    private synchronized Map<Key, Written> changed() {
        Map<Key, Written> changed = new LinkedHashMap<>();
        pages.forEach((key, page) -> {
            if (page.changed()) {
                changed.put(key, Written.of(page));
            }
        });
        return changed;
    }

    /** Removes what it has of all points in time. */
    synchronized void remove(int points) {
        pages.clear();
        List<String> names = new ArrayList<>();
        for (int point = 0; point < points; point++) {
            names.add(name(point));
        }
        with("removing", context -> names.forEach(context::remove));
    }
}
