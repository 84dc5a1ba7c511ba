package berth.nbd;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Memory for large payloads, shared by all connections of a server, so that a connection holds it only while it serves
 * such a request. Safe for use by several threads.
 */
final class ChunkPool implements AutoCloseable {
    /** Bytes of payload in a chunk. */
    static final int CHUNK_BYTES = 1 << 20;

    /** Where in a chunk the payload starts; before it there is room for a reply's header. Keeps it aligned to pages. */
    static final int DATA_START = 4096;

    /** The most chunks that are kept for later. */
    private static final int MAX_IDLE = 64;

    private final ArrayDeque<Chunk> idle = new ArrayDeque<>();
    private int leastIdle;
    private boolean closed;

    /** Memory of its own arena, so that it goes back to the system at a known moment and not when it is collected. */
    record Chunk(Arena arena, ByteBuffer bytes) {
        private static Chunk allocate() {
            Arena arena = Arena.ofShared();
            return new Chunk(
                    arena, arena.allocate(DATA_START + CHUNK_BYTES, DATA_START).asByteBuffer());
        }

        private void free() {
            arena.close();
        }
    }

    /** A chunk; the caller gives it back. The one used last comes first, as it is most likely in the CPU's cache. */
    Chunk borrow() {
        synchronized (this) {
            Chunk chunk = idle.pollLast();
            leastIdle = Math.min(leastIdle, idle.size());
            if (chunk != null) {
                return chunk;
            }
        }
        return Chunk.allocate();
    }

    /** Takes a chunk back. */
    void giveBack(Chunk chunk) {
        synchronized (this) {
            if (!closed && idle.size() < MAX_IDLE) {
                idle.addLast(chunk);
                return;
            }
        }
        chunk.free();
    }

    /** Frees the chunks that nobody needed since the last call. */
    synchronized void trim() {
        for (int i = 0; i < leastIdle; i++) {
            idle.removeFirst().free();
        }
        leastIdle = idle.size();
    }

    /** Frees what is idle now and what is given back later. */
    @Override
    public synchronized void close() {
        closed = true;
        idle.forEach(Chunk::free);
        idle.clear();
        leastIdle = 0;
    }
}
