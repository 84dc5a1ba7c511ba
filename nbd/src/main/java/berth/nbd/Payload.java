package berth.nbd;

import berth.block.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The payload of one large request, in chunks of the pool. Each thread of a connection has one, which is empty between
 * requests.
 *
 * <p>Chunks are cut so that only the first and the last can start or end within a block of the disk.
 */
final class Payload {
    /** The most chunks of a payload. */
    static final int MAX_CHUNKS = chunks(Protocol.MAX_PAYLOAD_BYTES);

    private final ChunkPool pool;
    private final ChunkPool.Chunk[] chunks = new ChunkPool.Chunk[MAX_CHUNKS];
    private int count;

    Payload(ChunkPool pool) {
        this.pool = pool;
    }

    /** How many chunks so many bytes take at most. */
    static int chunks(long length) {
        return (int) Math.ceilDiv(length, ChunkPool.CHUNK_BYTES) + 1;
    }

    /**
     * Receives {@code length} bytes for the disk's {@code offset}. Memory is taken as the bytes arrive, so that a client
     * that only announces them holds none.
     */
    void receive(Inbox inbox, long offset, int length) throws IOException {
        int left = length;
        while (left > 0) {
            inbox.require(1);
            ByteBuffer chunk = next(offset, left);
            left -= chunk.remaining();
            inbox.readFully(chunk);
            chunk.position(ChunkPool.DATA_START);
        }
    }

    /** Whether nothing has been received or read. */
    boolean isEmpty() {
        return count == 0;
    }

    /** Writes what was received. */
    void writeTo(BlockDevice device, long offset) {
        long at = offset;
        for (int i = 0; i < count; i++) {
            ByteBuffer chunk = chunks[i].bytes();
            int length = chunk.remaining();
            device.write(at, chunk);
            at += length;
        }
    }

    /** Reads {@code length} bytes at {@code offset} of the disk. */
    void readFrom(BlockDevice device, long offset, int length) {
        int done = 0;
        while (done < length) {
            ByteBuffer chunk = next(offset, length - done);
            int n = chunk.remaining();
            device.read(offset + done, chunk);
            chunk.position(ChunkPool.DATA_START);
            done += n;
        }
    }

    /** The first chunk of what was read; before its position there is room for a header. */
    ByteBuffer first() {
        return chunks[0].bytes();
    }

    /** Sends what was read, the first chunk from its position on. */
    void sendTo(Outbox outbox) throws IOException {
        outbox.send(Arrays.stream(chunks, 0, count).map(ChunkPool.Chunk::bytes).toList());
    }

    /** Gives the memory back. */
    void clear() {
        while (count > 0) {
            count--;
            pool.giveBack(chunks[count]);
        }
    }

    private ByteBuffer next(long offset, int most) {
        ChunkPool.Chunk chunk = pool.borrow();
        int misaligned = count == 0 ? (int) (offset & (Protocol.PREFERRED_BLOCK_BYTES - 1)) : 0;
        chunks[count++] = chunk;
        int length = Math.min(most, ChunkPool.CHUNK_BYTES - misaligned);
        return chunk.bytes().limit(ChunkPool.DATA_START + length).position(ChunkPool.DATA_START);
    }
}
