package berth.local;

/**
 * How much of its metadata a store keeps in memory.
 *
 * @param cleanPages pages of maps, of 4 KiB, that are the same as on disk
 * @param unwrittenPages pages beyond those that differ from the disk, before a writer has to wait for a checkpoint
 * @param indexChunks chunks of block indexes, of 32 KiB; each is for 64 MiB of a disk
 */
record CacheBounds(int cleanPages, int unwrittenPages, int indexChunks) {
    /** 16 MiB, 32 MiB, and 32 MiB, which is enough for 64 GiB of disk in use. */
    static final CacheBounds DEFAULT = new CacheBounds(4096, 8192, 1024);
}
