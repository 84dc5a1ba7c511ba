package berth.block;

/** Bounds that hold for every store. */
public final class Limits {
    /** The largest image: 16 TiB. */
    public static final long MAX_IMAGE_BYTES = 16L << 40;

    private Limits() {}

    /**
     * Checks the size of an image.
     *
     * @return the size
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} when negative or over {@link #MAX_IMAGE_BYTES}
     */
    public static long checkImageBytes(long size) {
        if (size < 0 || size > MAX_IMAGE_BYTES) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT, "image size " + size + " is not between 0 and 16 TiB (17592186044416)");
        }
        return size;
    }

    /**
     * Checks that a range lies within {@code size} bytes.
     *
     * @throws BlockException {@link Problem#OUT_OF_RANGE}
     */
    public static void checkRange(long offset, long length, long size) {
        if (offset < 0 || length < 0 || offset > size || length > size - offset) {
            throw new BlockException(
                    Problem.OUT_OF_RANGE,
                    "range of " + length + " bytes at " + offset + " is not within the " + size + " bytes");
        }
    }
}
