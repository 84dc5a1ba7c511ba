package berth.source.remote;

/**
 * How much is read from a server at a time. A stream holds at most {@code chunkBytes * (cachedChunks + requests)} bytes, and
 * each thread that reads from it another {@code chunkBytes * requests}.
 *
 * @param chunkBytes the bytes of one request; a power of two
 * @param cachedChunks how many chunks are kept
 * @param ahead how many chunks are asked for before a sequential reader comes to them; less than {@code cachedChunks}
 * @param requests how many requests are made at the same time
 */
public record ReadAheadPolicy(int chunkBytes, int cachedChunks, int ahead, int requests) {
    /** Chunks of 1 MiB, 16 of them kept, 4 ahead, 8 requests: at most 24 MiB. */
    public static final ReadAheadPolicy DEFAULT = new ReadAheadPolicy(1 << 20, 16, 4, 8);

    public ReadAheadPolicy {
        if (Integer.bitCount(chunkBytes) != 1 || ahead < 0 || ahead >= cachedChunks || requests < 1) {
            throw new IllegalArgumentException("not a way to read ahead: " + chunkBytes + " bytes, " + cachedChunks
                    + " kept, " + ahead + " ahead, " + requests + " requests");
        }
    }
}
