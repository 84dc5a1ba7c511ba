package berth.nbd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.locks.Lock;

/**
 * Replies that are not sent yet. They are sent with one write when {@link #send} is called, or earlier when they fill
 * the buffer, which grows and shrinks with its use. For one thread; several can have one each for the same transport.
 */
final class Outbox {
    /** What an idle connection holds. */
    static final int MIN_BYTES = 8 << 10;

    /** The most that is held back, and the longest reply that fits. */
    static final int MAX_BYTES = 256 << 10;

    /** Small sends in a row after which the buffer shrinks. */
    private static final int CALM_SENDS = 1024;

    private final Lock sending;
    private Transport transport;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(MIN_BYTES);
    private int calmSends;

    /** @param sending is held while something is sent, by all that send to the same transport */
    Outbox(Transport transport, Lock sending) {
        this.transport = transport;
        this.sending = sending;
    }

    /** Sends further replies to another transport. Only while nothing is held back. */
    void switchTo(Transport next) {
        transport = next;
    }

    /**
     * The buffer, with room for {@code length} bytes, at most {@link #MAX_BYTES}, from its position on. What the caller
     * puts there, moving the position, is sent later.
     */
    ByteBuffer room(int length) throws IOException {
        if (buffer.remaining() < length) {
            makeRoom(length);
        }
        return buffer;
    }

    private void makeRoom(int length) throws IOException {
        if (buffer.position() + length > MAX_BYTES) {
            send();
        }
        int need = buffer.position() + length;
        if (need > buffer.capacity()) {
            int capacity = Math.min(MAX_BYTES, Integer.highestOneBit(need - 1) << 1);
            buffer = ByteBuffer.allocateDirect(capacity).put(buffer.flip());
        }
    }

    /** Sends what is held back, if anything. */
    void send() throws IOException {
        int held = buffer.position();
        if (held == 0) {
            return;
        }
        sending.lock();
        try {
            transport.write(buffer.flip());
        } finally {
            sending.unlock();
        }
        buffer.clear();
        calmSends = held <= buffer.capacity() / 4 ? calmSends + 1 : 0;
        if (calmSends > CALM_SENDS && buffer.capacity() > MIN_BYTES) {
            buffer = ByteBuffer.allocateDirect(buffer.capacity() / 2);
            calmSends = 0;
        }
    }

    /** Sends what is held back and then {@code more}, which is too long to be copied here. */
    void send(List<ByteBuffer> more) throws IOException {
        sending.lock();
        try {
            send();
            for (ByteBuffer part : more) {
                transport.write(part);
            }
        } finally {
            sending.unlock();
        }
    }
}
