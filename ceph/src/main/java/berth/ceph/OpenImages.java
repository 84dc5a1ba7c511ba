package berth.ceph;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which images this store has open. Librbd tells handles that are open for writing of each other's changes; those that
 * are open for reading it leaves with the image as it was, so they are told here. Safe for use by several threads.
 */
final class OpenImages {
    /**
     * An image, whatever its name is now.
     *
     * @param pool the pool, with the namespace if there is one
     * @param id the image's id
     */
    record Key(PoolSpec pool, String id) {
        /** The ids alone hardly ever meet; the hash that records have of themselves takes 8 ms at its first use. */
        @Override
        public int hashCode() {
            return id.hashCode();
        }
    }

    private final Map<Key, Set<CephImage>> handles = new ConcurrentHashMap<>();

    void add(CephImage handle) {
        handles.compute(handle.key(), (_, open) -> {
            Set<CephImage> all = open == null ? ConcurrentHashMap.newKeySet() : open;
            all.add(handle); // In here: one that is closed at the same moment may take the set away.
            return all;
        });
    }

    void remove(CephImage handle) {
        handles.computeIfPresent(handle.key(), (_, open) -> {
            open.remove(handle);
            return open.isEmpty() ? null : open;
        });
    }

    boolean isOpen(Key image) {
        return handles.containsKey(image);
    }

    /** Has the image's handles that librbd does not tell look at it again before they are used. */
    void changed(Key image) {
        handles.getOrDefault(image, Set.of()).forEach(CephImage::lookAgain);
    }

    List<CephImage> all() {
        return handles.values().stream().flatMap(Set::stream).toList();
    }
}
