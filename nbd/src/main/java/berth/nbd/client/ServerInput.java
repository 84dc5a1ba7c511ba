package berth.nbd.client;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** What a server sends, in order. For one thread. */
final class ServerInput {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ReadableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).flip();

    ServerInput(ReadableByteChannel channel) {
        this.channel = channel;
    }

    short readShort() throws IOException {
        require(Short.BYTES);
        return buffer.getShort();
    }

    int readInt() throws IOException {
        require(Integer.BYTES);
        return buffer.getInt();
    }

    long readLong() throws IOException {
        require(Long.BYTES);
        return buffer.getLong();
    }

    /** Takes bytes; large ones straight from the socket. */
    void readFully(ByteBuffer into) throws IOException {
        int here = Math.min(buffer.remaining(), into.remaining());
        into.put(into.position(), buffer, buffer.position(), here).position(into.position() + here);
        buffer.position(buffer.position() + here);
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw ended();
            }
        }
    }

    byte[] readBytes(int length) throws IOException {
        byte[] bytes = new byte[length];
        readFully(ByteBuffer.wrap(bytes));
        return bytes;
    }

    void skip(int length) throws IOException {
        int left = length;
        while (left > 0) {
            require(1);
            int n = Math.min(left, buffer.remaining());
            buffer.position(buffer.position() + n);
            left -= n;
        }
    }

    private void require(int bytes) throws IOException {
        while (buffer.remaining() < bytes) {
            int n = channel.read(buffer.compact());
            buffer.flip();
            if (n < 0) {
                throw ended();
            }
        }
    }

    private static EOFException ended() {
        return new EOFException("the NBD server closed the connection");
    }
}
