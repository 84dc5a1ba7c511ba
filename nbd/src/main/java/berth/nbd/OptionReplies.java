package berth.nbd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the replies to options of the negotiation. */
final class OptionReplies {
    private static final int HEADER_BYTES = 20;
    private static final int EXPORT_NAME_ZEROES = 124;

    private final Outbox outbox;

    OptionReplies(Outbox outbox) {
        this.outbox = outbox;
    }

    void greet() throws IOException {
        outbox.room(18)
                .putLong(Protocol.INIT_MAGIC)
                .putLong(Protocol.OPTION_MAGIC)
                .putShort((short) (Protocol.FLAG_FIXED_NEWSTYLE | Protocol.FLAG_NO_ZEROES));
        outbox.send();
    }

    /** The one final reply to an option that succeeded. */
    void ack(int option) throws IOException {
        header(option, Protocol.REP_ACK, 0);
        outbox.send();
    }

    /** The one final reply to an option that failed. */
    void error(int option, int type, String message) throws IOException {
        byte[] text = utf8(message);
        header(option, type, text.length).put(text);
        outbox.send();
    }

    void server(int option, Exports.Entry entry) throws IOException {
        byte[] name = utf8(entry.name());
        byte[] description = utf8(entry.description());
        header(option, Protocol.REP_SERVER, 4 + name.length + description.length)
                .putInt(name.length)
                .put(name)
                .put(description);
    }

    void metaContext(int option, int id, String name) throws IOException {
        byte[] text = utf8(name);
        header(option, Protocol.REP_META_CONTEXT, 4 + text.length).putInt(id).put(text);
    }

    void infoExport(int option, long size, int flags) throws IOException {
        header(option, Protocol.REP_INFO, 12)
                .putShort((short) Protocol.INFO_EXPORT)
                .putLong(size)
                .putShort((short) flags);
    }

    void infoText(int option, int info, String text) throws IOException {
        byte[] bytes = utf8(text);
        header(option, Protocol.REP_INFO, 2 + bytes.length)
                .putShort((short) info)
                .put(bytes);
    }

    void infoBlockSize(int option) throws IOException {
        header(option, Protocol.REP_INFO, 14)
                .putShort((short) Protocol.INFO_BLOCK_SIZE)
                .putInt(Protocol.MIN_BLOCK_BYTES)
                .putInt(Protocol.PREFERRED_BLOCK_BYTES)
                .putInt(Protocol.MAX_PAYLOAD_BYTES);
    }

    /** The reply to EXPORT_NAME, which has a form of its own. */
    void exportName(long size, int flags, boolean zeroes) throws IOException {
        ByteBuffer out = outbox.room(10 + EXPORT_NAME_ZEROES);
        out.putLong(size).putShort((short) flags);
        if (zeroes) {
            out.put(new byte[EXPORT_NAME_ZEROES]);
        }
        outbox.send();
    }

    private ByteBuffer header(int option, int type, int length) throws IOException {
        return outbox.room(HEADER_BYTES + length)
                .putLong(Protocol.OPTION_REPLY_MAGIC)
                .putInt(option)
                .putInt(type)
                .putInt(length);
    }

    /** The text as the protocol allows it: at most 4096 bytes, cut between two characters. */
    static byte[] utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= Protocol.MAX_STRING_BYTES) {
            return bytes;
        }
        int end = Protocol.MAX_STRING_BYTES;
        while ((bytes[end] & 0xc0) == 0x80) {
            end--;
        }
        return Arrays.copyOf(bytes, end);
    }
}
