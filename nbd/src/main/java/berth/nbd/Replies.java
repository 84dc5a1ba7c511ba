package berth.nbd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes the replies of the transmission phase. */
final class Replies {
    /** Bytes before the data of a read in a structured reply. */
    private static final int DATA_HEADER_BYTES = Protocol.CHUNK_HEADER_BYTES + 8;

    private static final int ERROR_BYTES = 6;
    private static final int MAX_MESSAGE_BYTES = 512;

    private final Outbox outbox;
    private final boolean structured;

    Replies(Outbox outbox, boolean structured) {
        this.outbox = outbox;
        this.structured = structured;
    }

    /** The reply to a request that succeeded and returns no data. A simple one will do: it is the shortest. */
    void done(Request request) throws IOException {
        simple(outbox.room(Protocol.SIMPLE_REPLY_BYTES), 0, request.cookie());
    }

    /** The reply to a read of nothing, which is no data chunk because those hold at least one byte. */
    void emptyRead(Request request) throws IOException {
        if (structured) {
            chunk(outbox.room(Protocol.CHUNK_HEADER_BYTES), Protocol.REPLY_TYPE_NONE, request.cookie(), 0);
        } else {
            done(request);
        }
    }

    /** The length of {@link #dataHeader}. */
    int dataHeaderBytes() {
        return structured ? DATA_HEADER_BYTES : Protocol.SIMPLE_REPLY_BYTES;
    }

    /** Puts at the buffer's position what comes before the data of a successful read, and advances the buffer. */
    void dataHeader(ByteBuffer out, Request request) {
        if (structured) {
            chunk(out, Protocol.REPLY_TYPE_OFFSET_DATA, request.cookie(), 8 + request.payloadBytes())
                    .putLong(request.offset());
        } else {
            simple(out, 0, request.cookie());
        }
    }

    /** Puts into the outbox what comes before the descriptors of a block status of that many bytes. */
    ByteBuffer blockStatus(Request request, int descriptorBytes) throws IOException {
        int length = 4 + descriptorBytes;
        return chunk(
                        outbox.room(Protocol.CHUNK_HEADER_BYTES + length),
                        Protocol.REPLY_TYPE_BLOCK_STATUS,
                        request.cookie(),
                        length)
                .putInt(Protocol.BASE_ALLOCATION_ID);
    }

    /**
     * The reply to a request that failed.
     *
     * @param message for people; only structured replies can carry it
     */
    void error(Request request, NbdError error, @Nullable String message) throws IOException {
        if (!structured) {
            simple(outbox.room(Protocol.SIMPLE_REPLY_BYTES), error.code(), request.cookie());
            return;
        }
        ByteBuffer out = outbox.room(Protocol.CHUNK_HEADER_BYTES + ERROR_BYTES + MAX_MESSAGE_BYTES);
        int start = out.position();
        int text = start + Protocol.CHUNK_HEADER_BYTES + ERROR_BYTES;
        int limit = out.limit();
        out.limit(text + MAX_MESSAGE_BYTES).position(text);
        CharsetEncoder encoder = StandardCharsets.UTF_8.newEncoder();
        // Stops between two characters where the text is too long, or is no text.
        encoder.encode(CharBuffer.wrap(message == null ? "" : message), out, true);
        int length = out.position() - text;
        out.limit(limit).position(start);
        chunk(out, Protocol.REPLY_TYPE_ERROR, request.cookie(), ERROR_BYTES + length)
                .putInt(error.code())
                .putShort((short) length)
                .position(text + length);
    }

    private static void simple(ByteBuffer out, int error, long cookie) {
        out.putInt(Protocol.SIMPLE_REPLY_MAGIC).putInt(error).putLong(cookie);
    }

    /** The header of the only chunk of a reply. */
    private static ByteBuffer chunk(ByteBuffer out, int type, long cookie, int length) {
        return out.putInt(Protocol.STRUCTURED_REPLY_MAGIC)
                .putShort((short) Protocol.REPLY_FLAG_DONE)
                .putShort((short) type)
                .putLong(cookie)
                .putInt(length);
    }
}
