package berth.server;

import java.io.IOException;

/** The kinds of frame on the control socket. Lengths are bounds of the payload in bytes. */
enum FrameType {
    /** First frame of either side: {@link Handshake}. */
    HELLO('H', 1024),
    /** Client: the {@link Invocation}. */
    COMMAND('C', 1 << 20),
    /** Owner: how many more bytes of standard input the client may send, as a 32-bit number. */
    CREDIT('W', 4),
    /** Client: bytes of standard input, within its credit. */
    STDIN('I', FrameChannel.CHUNK_BYTES),
    /** Client: standard input has ended. */
    STDIN_END('Z', 0),
    /** Owner: bytes of standard output. */
    STDOUT('O', FrameChannel.CHUNK_BYTES),
    /** Owner: bytes of standard error. */
    STDERR('E', FrameChannel.CHUNK_BYTES),
    /** Client: the command should end early. */
    CANCEL('X', 0),
    /** Owner: the exit status as a 32-bit number; the last frame. */
    EXIT('Q', 4);

    private static final FrameType[] ALL = values();

    private final byte code;
    private final int maxBytes;

    FrameType(char code, int maxBytes) {
        this.code = (byte) code;
        this.maxBytes = maxBytes;
    }

    byte code() {
        return code;
    }

    int maxBytes() {
        return maxBytes;
    }

    static FrameType of(byte code) throws IOException {
        for (FrameType type : ALL) {
            if (type.code == code) {
                return type;
            }
        }
        throw new IOException("control socket: unknown frame " + code);
    }
}
