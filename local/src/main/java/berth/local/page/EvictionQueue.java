package berth.local.page;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the number of cached things within a bound: the ones that were cached first go first. Things that cannot go now
 * are asked again later. Safe for use by several threads.
 */
public final class EvictionQueue {
    /** A cached thing. */
    @FunctionalInterface
    public interface Cached {
        /** Lets go of it; returns false when that is not possible now. */
        boolean evict();
    }

    /** How many things one addition removes at most, so that no request pays for all of them. */
    private static final int BATCH = 4;

    private final int bound;
    private final ArrayDeque<Cached> order = new ArrayDeque<>();

    /** Keeps about {@code bound} things. */
    public EvictionQueue(int bound) {
        this.bound = bound;
    }

    /** Notes a thing that has been cached. Must not be called with locks held that {@link Cached#evict} takes. */
    public void added(Cached cached) {
        List<Cached> victims = new ArrayList<>(BATCH);
        synchronized (this) {
            order.addLast(cached);
            while (order.size() > bound && victims.size() < BATCH) {
                victims.add(order.removeFirst());
            }
        }
        for (Cached victim : victims) {
            if (!victim.evict()) {
                synchronized (this) {
                    order.addLast(victim);
                }
            }
        }
    }
}
