package berth.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What a client sent and nobody has taken yet. Each read from the transport takes as much as there is, so that many small
 * requests cost one system call.
 *
 * <p>The buffer starts small, grows when the client keeps it full, and shrinks after a time of small reads.
 */
final class Inbox {
    /** What an idle connection holds. */
    static final int MIN_BYTES = 8 << 10;

    /** The most that is taken ahead, and the longest message that fits. */
    static final int MAX_BYTES = 256 << 10;

    /** Small reads in a row after which the buffer shrinks. */
    private static final int CALM_READS = 1024;

    /** What is read when the next request probably brings a large payload that should not come through here. */
    private static final int HEADER_READ_BYTES = 512;

    private Transport transport;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(MIN_BYTES);

    /** The same memory; its position and limit move, while those of the buffer stay at both ends. */
    private ByteBuffer window = buffer.duplicate();

    private int start;
    private int end;
    private int calmReads;
    private boolean largeExpected;

    Inbox(Transport transport) {
        this.transport = transport;
    }

    /** Takes further bytes from another transport. Only while nothing is available. */
    void switchTo(Transport next) {
        transport = next;
    }

    /** The number of bytes that are here and not taken. */
    int available() {
        return end - start;
    }

    /** The buffer, for absolute access from {@link #start} on. Valid until the next {@link #fill}. */
    ByteBuffer buffer() {
        return buffer;
    }

    /** Where in the {@link #buffer} the first byte that is not taken lies. */
    int start() {
        return start;
    }

    /** Takes {@code length} available bytes as the buffer's remaining ones. Valid until the next {@link #fill}. */
    ByteBuffer take(int length) {
        window.limit(start + length).position(start);
        start += length;
        return window;
    }

    /** Says that requests with large payloads are arriving, so that the next read asks for little more than a header. */
    void expectLarge(boolean expected) {
        largeExpected = expected;
    }

    /**
     * Waits until {@code need} bytes, at most {@link #MAX_BYTES}, are available.
     *
     * @return false when the client closed the stream before
     */
    boolean fill(int need) throws IOException {
        if (available() >= need) {
            return true;
        }
        makeRoom(need);
        while (available() < need) {
            int most = largeExpected ? Math.max(HEADER_READ_BYTES, need - available()) : buffer.capacity();
            window.limit(Math.min(buffer.capacity(), end + most)).position(end);
            int n = transport.read(window);
            if (n < 0) {
                return false;
            }
            end += n;
        }
        return true;
    }

    /** Like {@link #fill}, for a message that must come. */
    void require(int need) throws IOException {
        if (!fill(need)) {
            throw new EOFException("the client closed the connection in the middle of a message");
        }
    }

    /** Fills {@code into}, with what is available first and then straight from the transport. */
    void readFully(ByteBuffer into) throws IOException {
        int here = Math.min(available(), into.remaining());
        into.put(into.position(), buffer, start, here).position(into.position() + here);
        start += here;
        while (into.hasRemaining()) {
            if (transport.read(into) < 0) {
                throw new EOFException("the client closed the connection in the middle of a payload");
            }
        }
    }

    /** Drops the next {@code length} bytes. */
    void skip(long length) throws IOException {
        long left = length;
        while (left > 0) {
            require(1);
            int n = (int) Math.min(left, available());
            start += n;
            left -= n;
        }
    }

    private void makeRoom(int need) {
        boolean full = end == buffer.capacity();
        int held = available();
        calmReads = end <= buffer.capacity() / 4 ? calmReads + 1 : 0;
        int capacity = Math.max(buffer.capacity(), powerOfTwo(need));
        if (full) {
            capacity = Math.max(capacity, Math.min(MAX_BYTES, buffer.capacity() * 2));
        } else if (calmReads > CALM_READS && capacity > MIN_BYTES && need <= capacity / 2) {
            capacity /= 2;
            calmReads = 0;
        }
        if (capacity != buffer.capacity()) {
            ByteBuffer next = ByteBuffer.allocateDirect(capacity);
            next.put(0, buffer, start, held);
            buffer = next;
            window = next.duplicate();
        } else if (start > 0) {
            buffer.put(0, buffer, start, held);
        }
        start = 0;
        end = held;
    }

    private static int powerOfTwo(int atLeast) {
        return atLeast <= 1 ? 1 : Integer.highestOneBit(atLeast - 1) << 1;
    }
}
