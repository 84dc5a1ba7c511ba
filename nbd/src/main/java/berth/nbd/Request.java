package berth.nbd;

import java.nio.ByteBuffer;

/**
 * The header of the request that is being served. One object for each thread of a connection, filled anew for each
 * request.
 */
final class Request {
    private int flags;
    private int type;
    private long cookie;
    private long offset;
    private long length;

    /**
     * Takes the 28 bytes of a request at {@code at}.
     *
     * @throws ProtocolViolation when they do not start with a request's magic: the stream cannot be trusted any more
     */
    void decode(ByteBuffer bytes, int at) throws ProtocolViolation {
        int magic = bytes.getInt(at);
        if (magic != Protocol.REQUEST_MAGIC) {
            throw new ProtocolViolation("request with magic 0x" + Integer.toHexString(magic));
        }
        flags = Short.toUnsignedInt(bytes.getShort(at + 4));
        type = Short.toUnsignedInt(bytes.getShort(at + 6));
        cookie = bytes.getLong(at + 8);
        offset = bytes.getLong(at + 16);
        length = Integer.toUnsignedLong(bytes.getInt(at + 24));
    }

    /** Whether all of the command flags {@code flag} are set. */
    boolean has(int flag) {
        return (flags & flag) == flag;
    }

    int flags() {
        return flags;
    }

    /** The type field; {@link Command#of} knows what it means. */
    int type() {
        return type;
    }

    /** What the client calls the request; every reply repeats it. */
    long cookie() {
        return cookie;
    }

    /** The offset as sent; as a signed number it may be negative, which no export contains. */
    long offset() {
        return offset;
    }

    /** The length, from 0 to 2^32 - 1. */
    long length() {
        return length;
    }

    /** The length of a request whose length has been checked against {@link Protocol#MAX_PAYLOAD_BYTES}. */
    int payloadBytes() {
        return Math.toIntExact(length);
    }
}
