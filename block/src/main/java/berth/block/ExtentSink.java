package berth.block;

/** Takes extents in ascending order, without gaps and without two neighbours of the same kind. */
@FunctionalInterface
public interface ExtentSink {
    /** Takes one extent. */
    void accept(long offset, long length, Extent.Kind kind);
}
