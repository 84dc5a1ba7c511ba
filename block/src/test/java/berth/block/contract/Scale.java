package berth.block.contract;

/**
 * How large the images of a random sequence are, and how many.
 *
 * @param smallBytes most images are smaller than this
 * @param mediumBytes some images, and the sources of imports, are up to this size: a few objects of a migration
 * @param hugeBytes few images are up to this size: more than a page of a map describes
 * @param movableBytes larger images are not migrated, for that takes time in proportion to their size
 * @param longBytes the length of long writes
 * @param maxImages so many images at a time
 * @param maxSnapshots so many snapshots of an image
 */
record Scale(
        int smallBytes,
        int mediumBytes,
        long hugeBytes,
        long movableBytes,
        int longBytes,
        int maxImages,
        int maxSnapshots) {
    /** Large enough for everything that depends on sizes. */
    static final Scale FULL = new Scale(8 << 20, 20 << 20, 600L << 30, 64 << 20, 3 << 20, 8, 6);
    /** Small enough for everything to be compared every few operations. */
    static final Scale QUICK = new Scale(160 << 10, 9 << 20, 300 << 20, 12 << 20, 200 << 10, 5, 4);
}
