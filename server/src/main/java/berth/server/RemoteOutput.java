package berth.server;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A client's standard output or error in the owner. Writing blocks while the client does not read. */
final class RemoteOutput extends OutputStream {
    private final FrameChannel channel;
    private final FrameType type;

    RemoteOutput(FrameChannel channel, FrameType type) {
        this.channel = channel;
        this.type = type;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            int n = Math.min(FrameChannel.CHUNK_BYTES, end - at);
            channel.write(type, ByteBuffer.wrap(from, at, n));
            at += n;
        }
    }
}
