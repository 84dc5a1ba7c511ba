package berth.migration;

import java.util.concurrent.TimeUnit;

/**
 * A token bucket that keeps the bytes of several workers to a rate. Work is charged after it was done, because how much
 * of an object has to be copied is only known then: whoever charges waits until the bucket is out of debt. So after any
 * time <em>t</em> in which all waits were kept, at most {@code rate * (t + }{@link #BURST_NANOS}{@code )} bytes were
 * charged, plus one object for each worker that is still waiting.
 *
 * <p>Safe for use by several threads.
 */
final class Throttle {
    /** How much unused time is saved up at most: a quarter of a second. */
    static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final double nanosPerByte;
    private final TimeSource time;
    private long paidUntil;

    /** A bucket for {@code bytesPerSecond}, at least 1, that starts full. */
    Throttle(long bytesPerSecond, TimeSource time) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bandwidth is less than 1 byte a second: " + bytesPerSecond);
        }
        this.nanosPerByte = (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
        this.time = time;
        this.paidUntil = time.nanos() - BURST_NANOS;
    }

    /** Charges {@code bytes} and says for how many nanoseconds the caller has to wait before it goes on. */
    synchronized long charge(long bytes) {
        long now = time.nanos();
        long from = Math.max(paidUntil, now - BURST_NANOS);
        paidUntil = from + (long) (bytes * nanosPerByte);
        return Math.max(0, paidUntil - now);
    }
}
