package berth.nbd;

import java.util.concurrent.Semaphore;

/**
 * How long one connection waits actively for its client. The window opens while the client's pauses are short enough to
 * be worth it and shuts at the first long one, so an idle client costs nothing; KVM ({@code halt_poll_ns}) and QEMU
 * ({@code poll-max-ns}) do the same. Over all connections at most half of the processors wait like that.
 *
 * <p>For the connection's thread alone.
 */
final class PollWindow {
    /** Longer pauses are not waited for. A client that was blocked itself needs some 40 us from an answer to a request. */
    private static final long MAX_NANOS = 100_000;

    private static final Semaphore PROCESSORS =
            new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

    private boolean worthIt;

    /** Whether to wait actively now; if so, {@link #close} has to follow. */
    boolean open() {
        return worthIt && PROCESSORS.tryAcquire();
    }

    /** Ends active waiting. */
    void close() {
        PROCESSORS.release();
    }

    /** How long to wait actively. */
    long nanos() {
        return MAX_NANOS;
    }

    /** Tells how long the client was waited for in all when it had to be waited for passively. */
    void waited(long nanos) {
        worthIt = nanos <= MAX_NANOS;
    }
}
