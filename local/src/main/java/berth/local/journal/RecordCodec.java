package berth.local.journal;

import berth.block.BlockException;
import berth.block.Problem;
import java.lang.foreign.Arena;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a journal record, little-endian: magic (4), length of the payload (4), CRC32C of all that follows (4), the
 * record's number (8), the number of the last record known to be synced when this one was written (8), payload. The
 * payload is a sequence of entries, each with a type byte.
 */
final class RecordCodec {
    static final int HEADER_BYTES = 28;
    static final int MAX_PAYLOAD_BYTES = 256 << 20;

    private static final int MAGIC = 0x4a525442; // "BTRJ"
    private static final int CRC_START = 12;
    private static final byte PUT = 1;
    private static final byte PAGE_WORDS = 2;

    private RecordCodec() {}

    /** A record's header fields. */
    record Header(int payloadBytes, int crc, long number, long synced) {}

    /**
     * Encodes a record.
     *
     * @param memory has the record; a flush of many maps makes one of megabytes, which should not wait to be collected
     */
    static ByteBuffer encode(long number, long synced, List<JournalEntry> entries, Arena memory) {
        int payload = 0;
        for (JournalEntry entry : entries) {
            payload = Math.addExact(payload, encodedBytes(entry));
        }
        if (payload > MAX_PAYLOAD_BYTES) {
            throw new BlockException(Problem.INVALID_ARGUMENT, "transaction of " + payload + " bytes is too large");
        }
        ByteBuffer out =
                memory.allocate((long) HEADER_BYTES + payload).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).putInt(payload).putInt(0).putLong(number).putLong(synced);
        for (JournalEntry entry : entries) {
            put(out, entry);
        }
        out.flip();
        CRC32C crc = new CRC32C();
        crc.update(out.slice(CRC_START, out.limit() - CRC_START));
        out.putInt(8, (int) crc.getValue());
        return out;
    }

    /** Reads a header; null when the bytes are none. */
    static @Nullable Header header(ByteBuffer in) {
        ByteBuffer bytes = in.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() < HEADER_BYTES || bytes.getInt() != MAGIC) {
            return null;
        }
        int payload = bytes.getInt();
        int crc = bytes.getInt();
        if (payload < 0 || payload > MAX_PAYLOAD_BYTES) {
            return null;
        }
        return new Header(payload, crc, bytes.getLong(), bytes.getLong());
    }

    /** Whether a whole record, header included, has the checksum that its header says. */
    static boolean intact(ByteBuffer record, Header header) {
        CRC32C crc = new CRC32C();
        crc.update(record.slice(record.position() + CRC_START, HEADER_BYTES - CRC_START + header.payloadBytes()));
        return (int) crc.getValue() == header.crc();
    }

    static List<JournalEntry> decode(ByteBuffer payload) {
        ByteBuffer in = payload.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        List<JournalEntry> entries = new ArrayList<>();
        try {
            while (in.hasRemaining()) {
                entries.add(next(in));
            }
        } catch (BufferUnderflowException e) {
            throw new BlockException(Problem.CORRUPT, "journal record ends in the middle of an entry", e);
        }
        return entries;
    }

    private static int encodedBytes(JournalEntry entry) {
        return switch (entry) {
            case JournalEntry.Put put ->
                1 + 4 + put.key().getBytes(StandardCharsets.UTF_8).length + 4 + put.value().length;
            case JournalEntry.PageWords words -> 1 + 8 + 4 + 2 + 2 + 8 * words.words().length;
        };
    }

    private static void put(ByteBuffer out, JournalEntry entry) {
        switch (entry) {
            case JournalEntry.Put put -> {
                byte[] key = put.key().getBytes(StandardCharsets.UTF_8);
                out.put(PUT)
                        .putInt(key.length)
                        .put(key)
                        .putInt(put.value().length)
                        .put(put.value());
            }
            case JournalEntry.PageWords words -> {
                out.put(PAGE_WORDS).putLong(words.file()).putInt(words.page());
                out.putShort((short) words.firstWord()).putShort((short) words.words().length);
                for (long word : words.words()) {
                    out.putLong(word);
                }
            }
        }
    }

    private static JournalEntry next(ByteBuffer in) {
        byte type = in.get();
        return switch (type) {
            case PUT -> new JournalEntry.Put(new String(bytes(in), StandardCharsets.UTF_8), bytes(in));
            case PAGE_WORDS -> {
                long file = in.getLong();
                int page = in.getInt();
                int first = in.getShort();
                long[] words = new long[Math.max(0, in.getShort())];
                for (int i = 0; i < words.length; i++) {
                    words[i] = in.getLong();
                }
                yield new JournalEntry.PageWords(file, page, first, words);
            }
            default -> throw new BlockException(Problem.CORRUPT, "journal record has an entry of unknown type " + type);
        };
    }

    private static byte[] bytes(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
