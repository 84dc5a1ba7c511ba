package berth.ceph;

import berth.block.Names;

/**
 * A pool, or a namespace of one.
 *
 * @param pool the pool's name
 * @param namespace the namespace's name; empty for the one that every pool has
 */
public record PoolSpec(String pool, String namespace) {
    /** Reads {@code POOL} or {@code POOL/NAMESPACE}. @throws berth.block.BlockException for names that none can have */
    public static PoolSpec parse(String text) {
        Names.checkPoolSpec(text);
        int slash = text.indexOf('/');
        return slash < 0 ? new PoolSpec(text, "") : new PoolSpec(text.substring(0, slash), text.substring(slash + 1));
    }

    /** As stores take it where a pool is named. */
    @Override
    public String toString() {
        return namespace.isEmpty() ? pool : pool + "/" + namespace;
    }
}
