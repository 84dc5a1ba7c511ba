package berth.migration;

import berth.block.Fill;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Copies the objects of a disk that are not in the target yet. What was copied is made durable at a checkpoint, every
 * {@link #CHECKPOINT_NANOS} or {@link #CHECKPOINT_BYTES}, whichever comes first, and at the end, however it ends; so a
 * kill loses little. One worker takes the checkpoint while the others go on.
 */
final class Copier {
    /** The time from one checkpoint to the next: 5 seconds. */
    static final long CHECKPOINT_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** The bytes written from one checkpoint to the next: 1 GiB. */
    static final long CHECKPOINT_BYTES = 1L << 30;

    private final Fill fill;
    private final Pacer pacer;
    private final CopyMeter meter;
    private final TimeSource time;
    private final Runnable noted;
    private final ObjectLoop loop;
    private final ReentrantLock checkpoint = new ReentrantLock();
    private volatile long checkpointNanos;
    private volatile long checkpointBytes;

    /**
     * What a copier works with.
     *
     * @param fill copies an object
     * @param pacer makes workers wait
     * @param meter counts
     * @param time says when a checkpoint is due
     */
    record Parts(Fill fill, Pacer pacer, CopyMeter meter, TimeSource time) {}

    /**
     * A copier.
     *
     * @param workers how many threads, at least 1
     * @param noted called after each checkpoint, to note how far the copy is
     */
    Copier(Parts parts, int workers, Runnable noted) {
        this.fill = parts.fill();
        this.pacer = parts.pacer();
        this.meter = parts.meter();
        this.time = parts.time();
        this.noted = noted;
        this.loop = new ObjectLoop(fill.objects(), workers, this::copy);
        this.checkpointNanos = time.nanos();
        this.checkpointBytes = meter.status().bytesWritten();
    }

    /** Copies what is missing; ends with the first failure of a worker. */
    void run() {
        try {
            do {
                loop.run();
                takeCheckpoint();
            } while (fill.nextPass());
        } catch (RuntimeException | Error failure) {
            keepWhatWasCopied(failure);
            throw failure;
        }
    }

    private void copy(long object, int worker) {
        if (fill.isFilled(object)) {
            return;
        }
        pacer.before(worker, loop::stopping);
        long begun = time.nanos();
        Fill.Copied copied = fill.fill(object);
        long worked = time.nanos() - begun;
        meter.copied(copied);
        checkpointWhenDue();
        pacer.after(Math.max(copied.bytesRead(), copied.bytesWritten()), worked, loop::stopping);
    }

    private void checkpointWhenDue() {
        if (!checkpointDue() || !checkpoint.tryLock()) {
            return;
        }
        try {
            if (checkpointDue()) {
                takeCheckpoint();
            }
        } finally {
            checkpoint.unlock();
        }
    }

    private boolean checkpointDue() {
        return time.nanos() - checkpointNanos >= CHECKPOINT_NANOS
                || meter.status().bytesWritten() - checkpointBytes >= CHECKPOINT_BYTES;
    }

    private void takeCheckpoint() {
        checkpointBytes = meter.status().bytesWritten();
        fill.checkpoint();
        noted.run();
        checkpointNanos = time.nanos();
    }

    private void keepWhatWasCopied(Throwable failure) {
        try {
            takeCheckpoint();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }
}
