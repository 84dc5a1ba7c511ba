package berth.migration;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** The date, monotonic time, and waiting for it to pass. Safe for use by several threads. */
public interface TimeSource {
    /** The date and time of day. */
    Instant now();

    /** The time in nanoseconds from some fixed moment; it never goes back. */
    long nanos();

    /** Waits for {@code nanos} nanoseconds. */
    void sleep(long nanos) throws InterruptedException;

    /** The time of this machine. */
    TimeSource SYSTEM = new TimeSource() {
        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void sleep(long nanos) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(nanos);
        }
    };
}
