package berth.migration;

import java.util.concurrent.TimeUnit;

/**
 * A smoothed rate: the exponentially weighted mean of what was counted, with a time constant of {@link #SMOOTHING_NANOS}.
 * Not for use by several threads.
 */
final class RateMeter {
    /** How long the past weighs: 5 seconds. */
    static final long SMOOTHING_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** The shortest time over which a rate is taken: 200 ms. */
    static final long SAMPLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final TimeSource time;
    private long sampleStart;
    private long sampled;
    private double perSecond;
    private boolean known;

    RateMeter(TimeSource time) {
        this.time = time;
        this.sampleStart = time.nanos();
    }

    /** Counts {@code amount} more. */
    void add(long amount) {
        sampled += amount;
        long elapsed = time.nanos() - sampleStart;
        if (elapsed < SAMPLE_NANOS) {
            return;
        }
        double rate = (double) sampled * TimeUnit.SECONDS.toNanos(1) / elapsed;
        double weight = known ? 1 - Math.exp(-(double) elapsed / SMOOTHING_NANOS) : 1;
        perSecond += weight * (rate - perSecond);
        known = true;
        sampled = 0;
        sampleStart += elapsed;
    }

    /** The rate in units a second; 0 before the first sample is complete. */
    double perSecond() {
        return perSecond;
    }
}
