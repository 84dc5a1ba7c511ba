package berth.migration;

import berth.block.BlockException;
import berth.block.Fill;
import berth.block.Problem;
import java.time.Duration;
import java.util.Optional;

/**
 * Counts what a copy does and tells its {@link CopyProgress}. Safe for use by several threads; the progress is told under
 * the meter's lock, so that what it sees never goes back.
 */
final class CopyMeter {
    private final long objects;
    private final long bytesExpected;
    private final CopyProgress progress;
    private final RateMeter rate;
    private long objectsDone;
    private long bytesRead;
    private long bytesWritten;

    /** A meter that goes on from what earlier runs did. */
    CopyMeter(CopyStatus before, CopyProgress progress, TimeSource time) {
        this.objects = before.objects();
        this.objectsDone = before.objectsDone();
        this.bytesRead = before.bytesRead();
        this.bytesWritten = before.bytesWritten();
        this.bytesExpected = before.bytesExpected();
        this.progress = progress;
        this.rate = new RateMeter(time);
    }

    /** Counts an object. @throws BlockException {@link Problem#CANCELLED} when the progress says to stop */
    synchronized void copied(Fill.Copied copied) {
        objectsDone += copied.digest().isPresent() ? 1 : 0;
        bytesRead += copied.bytesRead();
        bytesWritten += copied.bytesWritten();
        rate.add(copied.bytesRead());
        tell();
    }

    /** Takes over how far a copy is that the store makes by itself. @throws BlockException as {@link #copied} */
    synchronized void reached(long done, long total) {
        objectsDone = total == 0 ? objects : Math.max(objectsDone, objects * done / total);
        tell();
    }

    private void tell() {
        if (!progress.update(status())) {
            throw new BlockException(
                    Problem.CANCELLED,
                    "copying was cancelled at " + objectsDone + " of " + objects
                            + " objects; what was copied is kept, and execute goes on from there");
        }
    }

    /** How far the copy is now. */
    synchronized CopyStatus status() {
        double perSecond = rate.perSecond();
        return new CopyStatus(
                objectsDone, objects, bytesRead, bytesWritten, bytesExpected, perSecond, remaining(perSecond));
    }

    private Optional<Duration> remaining(double perSecond) {
        if (objectsDone == objects) {
            return Optional.of(Duration.ZERO);
        }
        long bytesLeft = bytesExpected - bytesRead;
        if (perSecond <= 0 || bytesLeft < 0) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofMillis((long) (bytesLeft * 1000.0 / perSecond)));
    }
}
