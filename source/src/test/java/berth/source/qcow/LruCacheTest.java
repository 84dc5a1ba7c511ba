package berth.source.qcow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LruCacheTest {
    private final LruCache<String, byte[]> cache = new LruCache<>(100, value -> value.length);

    @Test
    void theLeastRecentlyUsedGoFirst() {
        cache.put("a", new byte[40]);
        cache.put("b", new byte[40]);
        assertThat(cache.get("a")).isNotNull();
        cache.put("c", new byte[40]);
        assertThat(cache.get("b")).isNull();
        assertThat(cache.get("a")).isNotNull();
        assertThat(cache.get("c")).isNotNull();
    }

    @Test
    void replacedValuesDoNotCountTwice() {
        cache.put("a", new byte[40]);
        for (int i = 0; i < 10; i++) {
            cache.put("b", new byte[60]);
        }
        assertThat(cache.get("a")).isNotNull();
    }

    @Test
    void aValueLargerThanTheCacheIsKeptAlone() {
        cache.put("a", new byte[40]);
        cache.put("b", new byte[400]);
        assertThat(cache.get("a")).isNull();
        assertThat(cache.get("b")).isNotNull();
        cache.put("c", new byte[40]);
        assertThat(cache.get("b")).isNull();
    }
}
