package berth.source.qcow;

/**
 * A range of an image's disk that is stored in one way.
 *
 * @param kind how
 * @param length its length on the disk in bytes, at least 1
 * @param host where its first byte is in the file ({@link Kind#DATA}), or where the compressed cluster that holds it
 *     starts ({@link Kind#COMPRESSED}); 0 otherwise
 * @param compressedBytes how long the compressed cluster is at most; 0 otherwise
 */
record Run(Kind kind, long length, long host, int compressedBytes) {
    /** How a range is stored. */
    enum Kind {
        /** Not in this image: it is the backing file's. */
        UNALLOCATED,
        /** Zeroes, and nothing shows through from the backing file. */
        ZERO,
        /** As it is, in one piece. */
        DATA,
        /** In one compressed cluster. */
        COMPRESSED,
        /** A table says something impossible; {@link ClusterMap#explain} says what. */
        BROKEN
    }

    static Run of(Kind kind, long length) {
        return new Run(kind, length, 0, 0);
    }
}
