package berth.local;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.concurrent.TimeUnit;

/** Keeps a scrub to a rate. For use by one thread. */
final class ScrubPace {
    private static final long LONGEST_SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final long bytesPerSecond;
    private final long begun = System.nanoTime();
    private long bytes;

    /** @param bytesPerSecond the rate; 0 for as fast as it goes */
    ScrubPace(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /**
     * Waits after {@code read} bytes were read.
     *
     * @param check called now and then; throws to end the waiting
     * @throws BlockException {@link Problem#CANCELLED} when the thread is interrupted
     */
    void after(long read, Runnable check) {
        bytes += read;
        check.run();
        while (bytesPerSecond > 0 && sleepWhileAhead()) {
            check.run();
        }
    }

    private boolean sleepWhileAhead() {
        double due = (double) bytes / bytesPerSecond * TimeUnit.SECONDS.toNanos(1);
        long ahead = (long) due - (System.nanoTime() - begun);
        if (ahead <= 0) {
            return false;
        }
        try {
            TimeUnit.NANOSECONDS.sleep(Math.min(ahead, LONGEST_SLEEP_NANOS));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BlockException(Problem.CANCELLED, "the scrub was stopped", e);
        }
    }
}
