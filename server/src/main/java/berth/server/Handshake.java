package berth.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What both sides say first. They work together only when all of it but the process is the same: an owner of another
 * version could understand a command differently.
 *
 * @param version the program's version
 * @param pid the process
 */
record Handshake(String version, long pid) {
    private static final int MAGIC = 0x62657274; // "bert"
    private static final int FIXED_BYTES = Integer.BYTES + Long.BYTES;

    static Handshake mine(String version) {
        return new Handshake(version, ProcessHandle.current().pid());
    }

    void writeTo(FrameChannel channel) throws IOException {
        byte[] text = version.getBytes(StandardCharsets.UTF_8);
        channel.write(
                FrameType.HELLO,
                ByteBuffer.allocate(FIXED_BYTES + text.length)
                        .putInt(MAGIC)
                        .putLong(pid)
                        .put(text)
                        .flip());
    }

    /** Reads the peer's; null when it closed the connection instead. */
    static @Nullable Handshake readFrom(FrameChannel channel) throws IOException {
        FrameChannel.Frame frame = channel.read();
        if (frame == null) {
            return null;
        }
        ByteBuffer payload = ByteBuffer.wrap(frame.bytes());
        if (frame.type() != FrameType.HELLO || payload.remaining() < FIXED_BYTES || payload.getInt() != MAGIC) {
            throw new IOException("control socket: the other side is no berth process");
        }
        long pid = payload.getLong();
        return new Handshake(StandardCharsets.UTF_8.decode(payload).toString(), pid);
    }
}
