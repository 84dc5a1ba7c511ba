package berth.server;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * Frames on a socket: a byte for the {@link FrameType}, the payload's length as a 32-bit number, the payload. Several
 * threads may write; one reads.
 */
final class FrameChannel implements Closeable {
    /** The most bytes of a stream in one frame. */
    static final int CHUNK_BYTES = 1 << 16;

    private static final int HEADER_BYTES = 5;

    /** A frame that was read. */
    static final class Frame {
        private final FrameType type;
        private final byte[] payload;

        private Frame(FrameType type, byte[] payload) {
            this.type = type;
            this.payload = payload;
        }

        FrameType type() {
            return type;
        }

        /** The payload. */
        byte[] bytes() {
            return payload;
        }

        /** The payload as a number, for the kinds that carry one. */
        int number() throws IOException {
            if (payload.length != Integer.BYTES) {
                throw new IOException("control socket: a number of " + payload.length + " bytes");
            }
            return ByteBuffer.wrap(payload).getInt();
        }
    }

    private final SocketChannel socket;
    private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);

    FrameChannel(SocketChannel socket) {
        this.socket = socket;
    }

    /**
     * Reads the next frame.
     *
     * @return null when the peer has closed the connection between two frames
     * @throws IOException when the connection breaks or what comes is no frame
     */
    @Nullable
    Frame read() throws IOException {
        header.clear();
        if (!fill(header)) {
            return null;
        }
        header.flip();
        FrameType type = FrameType.of(header.get());
        int length = header.getInt();
        if (length < 0 || length > type.maxBytes()) {
            throw new IOException("control socket: a frame " + type + " of " + length + " bytes");
        }
        ByteBuffer payload = ByteBuffer.allocate(length);
        if (length > 0 && !fill(payload)) {
            throw new IOException("control socket: closed within a frame");
        }
        return new Frame(type, payload.array());
    }

    private boolean fill(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (socket.read(buffer) < 0) {
                if (buffer.position() == 0) {
                    return false;
                }
                throw new IOException("control socket: closed within a frame");
            }
        }
        return true;
    }

    /** Writes a frame without payload. */
    void write(FrameType type) throws IOException {
        write(type, ByteBuffer.allocate(0));
    }

    /** Writes a frame whose payload is a number. */
    void write(FrameType type, int number) throws IOException {
        write(type, ByteBuffer.allocate(Integer.BYTES).putInt(number).flip());
    }

    /** Writes a frame; blocks while the peer does not read. */
    synchronized void write(FrameType type, ByteBuffer payload) throws IOException {
        if (payload.remaining() > type.maxBytes()) {
            throw new IOException("control socket: a frame " + type + " of " + payload.remaining()
                    + " bytes is longer than the allowed " + type.maxBytes());
        }
        ByteBuffer head = ByteBuffer.allocate(HEADER_BYTES)
                .put(type.code())
                .putInt(payload.remaining())
                .flip();
        ByteBuffer[] parts = {head, payload};
        while (payload.hasRemaining() || head.hasRemaining()) {
            socket.write(parts);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
