package berth.migration;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How a disk is copied.
 *
 * @param workers how many objects are copied at the same time, at least 1; when empty, as many as the store has use for
 * @param bandwidth the most bytes a second; unlimited when empty
 * @param acceptChangedSource whether to go on although the source changed since the migration was prepared; the receipt
 *     names the changes
 */
public record ExecuteOptions(OptionalInt workers, OptionalLong bandwidth, boolean acceptChangedSource) {
    /** No limit, no changed source. */
    public static final ExecuteOptions DEFAULT = new ExecuteOptions(OptionalInt.empty(), OptionalLong.empty(), false);

    public ExecuteOptions {
        if (workers.isPresent() && workers.getAsInt() < 1) {
            throw new IllegalArgumentException("workers is less than 1: " + workers.getAsInt());
        }
        if (bandwidth.isPresent() && bandwidth.getAsLong() < 1) {
            throw new IllegalArgumentException("bandwidth is less than 1 byte a second: " + bandwidth.getAsLong());
        }
    }

    /** The same with another number of workers. */
    public ExecuteOptions withWorkers(int count) {
        return new ExecuteOptions(OptionalInt.of(count), bandwidth, acceptChangedSource);
    }

    /** The same with a limit in bytes a second. */
    public ExecuteOptions withBandwidth(long bytesPerSecond) {
        return new ExecuteOptions(workers, OptionalLong.of(bytesPerSecond), acceptChangedSource);
    }

    /** The same, going on although the source changed. */
    public ExecuteOptions acceptingChangedSource() {
        return new ExecuteOptions(workers, bandwidth, true);
    }
}
