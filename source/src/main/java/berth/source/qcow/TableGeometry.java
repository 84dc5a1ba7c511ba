package berth.source.qcow;

/**
 * The shape of an image's tables.
 *
 * @param clusterBits binary logarithm of the cluster size in bytes
 * @param l2Bits binary logarithm of the number of entries of an L2 table
 * @param wordsPerEntry 64-bit words of an L2 entry: 2 with extended entries, otherwise 1
 * @param unitBits binary logarithm of what is allocated at a time: a subcluster with extended entries, otherwise a cluster
 * @param l1Offset where the L1 table is
 * @param l1Entries how many entries it has; what lies beyond is unallocated
 */
record TableGeometry(int clusterBits, int l2Bits, int wordsPerEntry, int unitBits, long l1Offset, int l1Entries) {
    /** Tables are read and cached in pieces of at most this many words. */
    private static final int PIECE_WORDS = 8192;

    long clusterBytes() {
        return 1L << clusterBits;
    }

    /** How much of the disk an L2 table describes, in bytes. */
    long tableSpan() {
        return 1L << (clusterBits + l2Bits);
    }

    /** The size of an L2 table in bytes. */
    long tableBytes() {
        return ((long) wordsPerEntry * Long.BYTES) << l2Bits;
    }

    /** Which L1 entry describes an offset of the disk. */
    long l1Index(long offset) {
        return offset >>> (clusterBits + l2Bits);
    }

    /** The entries in a piece of an L2 table. */
    int pieceEntries() {
        return Math.min(1 << l2Bits, PIECE_WORDS / wordsPerEntry);
    }

    /** The entries in a piece of the L1 table. */
    int l1PieceEntries() {
        return PIECE_WORDS;
    }
}
