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
    private volatile int size;

    /** Keeps about {@code bound} things. */
    public EvictionQueue(int bound) {
        this.bound = bound;
    }

    /** Notes a thing that has been cached. Must not be called with locks held that {@link Cached#evict} takes. */
    public void added(Cached cached) {
        List<Cached> victims = new ArrayList<>(BATCH);
        synchronized (this) {
            order.addLast(cached);
            takeVictims(victims, BATCH);
        }
        victims.forEach(this::evict);
    }

    /** How many things there are beyond the bound: those that could not go. */
    public int excess() {
        return Math.max(0, size - bound);
    }

    /** Asks everything beyond the bound to go; for when much that could not go now can. */
    public void trim() {
        List<Cached> victims = new ArrayList<>();
        synchronized (this) {
            takeVictims(victims, Integer.MAX_VALUE);
        }
        victims.forEach(this::evict);
    }

    private void takeVictims(List<Cached> into, int limit) {
        while (order.size() > bound && into.size() < limit) {
            into.add(order.removeFirst());
        }
        size = order.size();
    }

    private void evict(Cached victim) {
        if (!victim.evict()) {
            synchronized (this) {
                order.addLast(victim);
                size = order.size();
            }
        }
    }
}
