package berth.migration;

import java.time.Duration;
import java.util.Optional;

/**
 * How far the copying of a disk is.
 *
 * @param objectsDone objects that are in the target
 * @param objects objects in all
 * @param bytesRead bytes read from the source, earlier runs included
 * @param bytesWritten bytes written to the target, earlier runs included
 * @param bytesExpected bytes that will have been read at the end, as far as the source's metadata tell
 * @param bytesPerSecond the rate of reading, smoothed over some seconds; 0 while it is not known
 * @param remaining the time to the end at that rate; empty while it is not known
 */
public record CopyStatus(
        long objectsDone,
        long objects,
        long bytesRead,
        long bytesWritten,
        long bytesExpected,
        double bytesPerSecond,
        Optional<Duration> remaining) {
    /** The share of objects done, 0 to 100; an empty disk is done. */
    public int percent() {
        return objects == 0 ? 100 : (int) (objectsDone * 100 / objects);
    }
}
