package berth.block;

/**
 * A run of bytes of one kind.
 *
 * @param offset where it starts
 * @param length how long it is, at least 1
 * @param kind what is there
 */
public record Extent(long offset, long length, Kind kind) {
    /** What a run of bytes is. */
    public enum Kind {
        /** Stored bytes; they may be zeroes. */
        DATA,
        /** Known to read as zeroes: it hides whatever lies beneath. */
        ZERO,
        /** Nothing is stored here or beneath; reads as zeroes. */
        UNALLOCATED
    }

    public Extent {
        if (offset < 0 || length <= 0 || offset > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException("no extent: " + length + " bytes at " + offset);
        }
    }

    /** The first byte after it. */
    public long end() {
        return offset + length;
    }
}
