package berth.block;

/** Takes the ranges that differ between two points in time, in ascending order. */
@FunctionalInterface
public interface DiffSink {
    /** Takes one range; {@code exists} is false where it now reads as zeroes. */
    void accept(long offset, long length, boolean exists);
}
