package berth.source.qcow;

/** What the bits of L1 and L2 entries mean in one image. */
interface EntryFormat {
    /** The L2 table's offset in an L1 entry; 0 when there is none. */
    long tableOffset(long l1Entry);

    /** Whether an L2 table can be at an offset. */
    boolean tableFits(long tableOffset);

    /**
     * What an L2 entry says of one unit of its cluster.
     *
     * @param entry the entry's first word
     * @param bitmap its second word, 0 in images without extended entries
     * @param unit the number of the subcluster within the cluster; 0 in images without them
     * @param guest where the cluster is on the disk
     */
    Run.Kind kind(long entry, long bitmap, int unit, long guest);

    /** Where the cluster of an entry of kind {@link Run.Kind#DATA} is. */
    long host(long entry);

    /** Where the cluster of an entry of kind {@link Run.Kind#COMPRESSED} starts. */
    long compressedHost(long entry);

    /** How long the compressed cluster is at most. */
    int compressedBytes(long entry);

    /** Why an entry is {@link Run.Kind#BROKEN}. */
    String explain(long entry, long bitmap, long guest);
}
