package berth.migration;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Decides how far background work gives way to clients. Clients are <em>active</em> while one of them made a request
 * within the last {@link #ACTIVE_NANOS}. Then only one worker goes on, and after each object it rests for
 * {@link #REST_SHARE} times as long as the object took, so that clients have the disk and the processor to themselves for
 * most of the time. It never stops altogether: the rest is cut short where the copy would fall below
 * {@link #FLOOR_BYTES_PER_SECOND}.
 *
 * <p>Safe for use by several threads.
 */
final class ClientPriority {
    /** How long after a request clients count as active: 100 ms. */
    static final long ACTIVE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** How many times as long as it worked the worker rests. */
    static final int REST_SHARE = 3;
    /** What is copied while clients are active, if the machine can do that much at all: 16 MiB/s. */
    static final long FLOOR_BYTES_PER_SECOND = 16L << 20;

    private final LongSupplier requests;
    private final TimeSource time;
    private long seenRequests;
    private long activeUntil;

    /** Watches the count of client requests that {@code requests} gives. */
    ClientPriority(LongSupplier requests, TimeSource time) {
        this.requests = requests;
        this.time = time;
        this.seenRequests = requests.getAsLong();
        this.activeUntil = time.nanos();
    }

    /** Whether clients are active now. */
    synchronized boolean clientsActive() {
        long now = time.nanos();
        long count = requests.getAsLong();
        if (count != seenRequests) {
            seenRequests = count;
            activeUntil = now + ACTIVE_NANOS;
        }
        return activeUntil - now > 0;
    }

    /**
     * For how many nanoseconds a worker rests after an object.
     *
     * @param bytes what the object took to copy
     * @param workedNanos how long that took
     */
    long restAfter(long bytes, long workedNanos) {
        if (!clientsActive()) {
            return 0;
        }
        long atFloor = (long) ((double) bytes * TimeUnit.SECONDS.toNanos(1) / FLOOR_BYTES_PER_SECOND);
        return Math.clamp(atFloor - workedNanos, 0, REST_SHARE * workedNanos);
    }
}
