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
 * The digests of what was copied, for each point in time a RADOS object beside the image: 16 bytes for each object of the
 * disk, little-endian, the lower half first, which is 0 where nothing was copied yet. So any host can go on with a copy.
 * The largest disks make objects of 64 MiB. Safe for use by several threads.
 */
final class DigestLog {
    private static final ValueLayout.OfLong WORD = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int DIGEST_BYTES = 16;
    private static final int PAGE_DIGESTS = 4096;
    private static final int PAGE_BYTES = PAGE_DIGESTS * DIGEST_BYTES;
    private static final int MAX_CLEAN_PAGES = 128;

    private final Connection connection;
    private final String pool;
    private final String imageId;
    /** Least recently used first. */
    private final Map<Key, Page> pages = new LinkedHashMap<>(16, 0.75f, true);

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
        return "berth_digests." + imageId + "." + point;
    }

    /** The digest of an object at a point in time; empty where none was put. */
    synchronized Optional<ObjectDigest> get(int point, long object) {
        return digest(page(point, object / PAGE_DIGESTS), object % PAGE_DIGESTS);
    }

    private static Optional<ObjectDigest> digest(Page page, long index) {
        long low = page.words.get(WORD, index * DIGEST_BYTES);
        return low == 0
                ? Optional.empty()
                : Optional.of(new ObjectDigest(page.words.get(WORD, index * DIGEST_BYTES + Long.BYTES), low));
    }

    /** Notes a digest; it is durable after the next {@link #flush}. */
    synchronized void put(int point, long object, ObjectDigest digest) {
        Page page = page(point, object / PAGE_DIGESTS);
        long at = object % PAGE_DIGESTS * DIGEST_BYTES;
        page.words.set(WORD, at, digest.low());
        page.words.set(WORD, at + Long.BYTES, digest.high());
        page.changes++;
    }

    /** How many of a number of objects have a digest for a point in time. */
    synchronized long count(int point, long objects) {
        long count = 0;
        for (long number = 0; number * PAGE_DIGESTS < objects; number++) {
            Page page = page(point, number);
            long end = Math.min(PAGE_DIGESTS, objects - number * PAGE_DIGESTS);
            for (long i = 0; i < end; i++) {
                count += page.words.get(WORD, i * DIGEST_BYTES) == 0 ? 0 : 1;
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
        pages.put(key, page);
        forgetOldest();
        return page;
    }

    /** Changed pages stay: what they say of the image may not be durable yet. */
    private void forgetOldest() {
        if (pages.size() <= MAX_CLEAN_PAGES) {
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
     * Writes the digests that are new.
     *
     * @param before makes the image durable: what a digest says was copied must not be lost after it
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

    /** Removes the digests of all points in time. */
    synchronized void remove(int points) {
        pages.clear();
        List<String> names = new ArrayList<>();
        for (int point = 0; point < points; point++) {
            names.add(name(point));
        }
        with("removing", context -> names.forEach(context::remove));
    }
}
