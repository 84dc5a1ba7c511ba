package berth.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The input is the payload of one more record in the journal of a sound store, with the right checksum: what damage in
 * memory, or another program, could have written.
 */
public final class JournalEntriesFuzz {
    /** The journal's format is that of {@code RecordCodec}. */
    private static final int MAGIC = 0x4a525442;

    private static final int HEADER_BYTES = 28;
    private static final int CRC_AT = 8;
    private static final int CRC_START = 12;
    private static final int NUMBER_AT = 12;

    private static final MemoryFiles SAMPLE = StoreUse.sample();
    private static final byte[] JOURNAL = SAMPLE.bytes("journal.1");
    private static final long LAST_RECORD = lastRecord();

    private JournalEntriesFuzz() {}

    /** Opens the store with that journal. */
    public static void fuzzerTestOneInput(byte[] input) {
        StoreUse.PROMISE.hold(() -> StoreUse.look(SAMPLE.copy().put("journal.1", journal(input))));
    }

    private static long lastRecord() {
        ByteBuffer journal = ByteBuffer.wrap(JOURNAL).order(ByteOrder.LITTLE_ENDIAN);
        long number = 0;
        for (int at = 0; at < JOURNAL.length && journal.getInt(at) == MAGIC; ) {
            number = journal.getLong(at + NUMBER_AT);
            at += HEADER_BYTES + journal.getInt(at + Integer.BYTES);
        }
        return number;
    }

    private static byte[] journal(byte[] payload) {
        ByteBuffer journal = ByteBuffer.allocate(JOURNAL.length + HEADER_BYTES + payload.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(JOURNAL);
        ByteBuffer record = journal.slice().order(ByteOrder.LITTLE_ENDIAN);
        record.putInt(MAGIC).putInt(payload.length).putInt(0);
        record.putLong(LAST_RECORD + 1).putLong(LAST_RECORD).put(payload);
        CRC32C crc = new CRC32C();
        crc.update(record.slice(CRC_START, record.capacity() - CRC_START));
        record.putInt(CRC_AT, (int) crc.getValue());
        return journal.array();
    }
}
