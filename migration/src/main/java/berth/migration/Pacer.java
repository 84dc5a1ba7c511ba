package berth.migration;

import berth.block.Fill;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Makes workers wait: for clients ({@link ClientPriority}) and for the bandwidth limit ({@link Throttle}). Waits in short
 * slices, so that a cancelled operation ends soon. Safe for use by several threads.
 */
final class Pacer {
    /** The longest sleep between two looks at whether to stop: 20 ms. */
    static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ClientPriority clients;
    private final Optional<Throttle> throttle;
    private final TimeSource time;

    /** A pacer with a limit. */
    Pacer(ClientPriority clients, Optional<Throttle> throttle, TimeSource time) {
        this.clients = clients;
        this.throttle = throttle;
        this.time = time;
    }

    /** A pacer for work on a fill, without a limit. */
    static Pacer forClients(Fill fill, TimeSource time) {
        return new Pacer(new ClientPriority(fill::foregroundRequests, time), Optional.empty(), time);
    }

    /** Waits before an object: while clients are active, all workers but number 0 do. */
    void before(int worker, BooleanSupplier stopping) {
        while (worker > 0 && !stopping.getAsBoolean() && clients.clientsActive()) {
            sleep(SLICE_NANOS);
        }
    }

    /** Waits after an object that took {@code bytes} and {@code workedNanos}. */
    void after(long bytes, long workedNanos, BooleanSupplier stopping) {
        long rest = clients.restAfter(bytes, workedNanos);
        long owed = throttle.isPresent() ? throttle.get().charge(bytes) : 0;
        long until = time.nanos() + Math.max(rest, owed);
        for (long left = until - time.nanos(); left > 0 && !stopping.getAsBoolean(); left = until - time.nanos()) {
            sleep(Math.min(left, SLICE_NANOS));
        }
    }

    private void sleep(long nanos) {
        try {
            time.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Interruptions.cancelled(e);
        }
    }
}
