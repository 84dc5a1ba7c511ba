package berth.source.qcow;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Values kept up to a number of bytes; the least recently used go first. Safe for use by several threads. */
final class LruCache<K, V> {
    private final LinkedHashMap<K, V> values = new LinkedHashMap<>(64, 0.75f, true);
    private final long maxBytes;
    private final ToLongFunction<V> weigher;
    private long bytes;

    LruCache(long maxBytes, ToLongFunction<V> weigher) {
        this.maxBytes = maxBytes;
        this.weigher = weigher;
    }

    synchronized @Nullable V get(K key) {
        return values.get(key);
    }

    synchronized void put(K key, V value) {
        V old = values.put(key, value);
        bytes += weigher.applyAsLong(value) - (old == null ? 0 : weigher.applyAsLong(old));
        Iterator<V> eldest = values.values().iterator();
        while (bytes > maxBytes && values.size() > 1) {
            bytes -= weigher.applyAsLong(eldest.next());
            eldest.remove();
        }
    }
}
