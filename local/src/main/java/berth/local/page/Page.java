package berth.local.page;

/**
 * A page in memory. All access is under the page's monitor. A page that has been evicted must not be used any more: its
 * holder asks the file for it again.
 */
final class Page {
    static final int WORDS = 512;

    final int number;
    final long[] words;

    /** Which slot on disk is valid, and its sequence number; 0 when there is none. */
    long sequence;

    boolean evicted;
    /** Whether nothing is known of the page but what the journal says. It is neither read nor written like that. */
    volatile boolean damaged;
    /** Words changed since the last capture: from..to, empty when from is not less than to. */
    int dirtyFrom = WORDS;

    int dirtyTo;
    /** Whether the page differs from its slot on disk. */
    boolean unwritten;
    /** Whether the page was copied to be written, and the copy is not on disk yet. */
    boolean beingWritten;

    Page(int number, long[] words, long sequence) {
        this.number = number;
        this.words = words;
        this.sequence = sequence;
    }

    boolean dirty() {
        return dirtyFrom < dirtyTo;
    }

    void markDirty(int word) {
        dirtyFrom = Math.min(dirtyFrom, word);
        dirtyTo = Math.max(dirtyTo, word + 1);
        unwritten = true;
    }

    void markClean() {
        dirtyFrom = WORDS;
        dirtyTo = 0;
    }

    boolean clean() {
        return !unwritten && !beingWritten && !dirty();
    }
}
