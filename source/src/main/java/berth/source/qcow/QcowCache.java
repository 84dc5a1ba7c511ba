package berth.source.qcow;

/**
 * The memory that the images of one source share: pieces of L1 and L2 tables, and clusters that were decompressed for
 * reads of a part of them. Bounded in bytes. Safe for use by several threads.
 */
public final class QcowCache {
    private static final long TABLE_BYTES = 16L << 20;
    private static final long CLUSTER_BYTES = 8L << 20;
    /** What an entry costs beside its payload. */
    private static final int ENTRY_OVERHEAD_BYTES = 128;

    /** A range of a file. */
    record Key(HostFile file, long offset, int length) {}

    private final LruCache<Key, long[]> tables =
            new LruCache<>(TABLE_BYTES, table -> ENTRY_OVERHEAD_BYTES + (long) table.length * Long.BYTES);
    private final LruCache<Key, byte[]> clusters =
            new LruCache<>(CLUSTER_BYTES, cluster -> ENTRY_OVERHEAD_BYTES + (long) cluster.length);

    /** An empty cache. */
    public QcowCache() {}

    LruCache<Key, long[]> tables() {
        return tables;
    }

    LruCache<Key, byte[]> clusters() {
        return clusters;
    }
}
