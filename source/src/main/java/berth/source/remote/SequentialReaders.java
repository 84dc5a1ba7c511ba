package berth.source.remote;

/**
 * Tells sequential reads from random ones, where several readers take turns: a read is sequential when it begins where one
 * of the last reads ended. Safe for use by several threads.
 */
final class SequentialReaders {
    private static final int REMEMBERED = 16;

    private final long[] ends = new long[REMEMBERED];
    private int next;

    /**
     * Notes a read.
     *
     * @param slack how many bytes may be left out between two reads; hole-skipping readers do that
     * @return whether it goes on where another one ended; a file's start counts as such
     */
    synchronized boolean note(long offset, long length, long slack) {
        for (int i = 0; i < REMEMBERED; i++) {
            if (offset >= ends[i] && offset - ends[i] <= slack) {
                ends[i] = offset + length;
                return true;
            }
        }
        ends[next] = offset + length;
        next = (next + 1) % REMEMBERED;
        return false;
    }
}
