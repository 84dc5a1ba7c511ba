package berth.fuzz;

import java.nio.ByteBuffer;

/**
 * Images of qcow2 version 3 in clusters of 512 bytes, in which one part is the input. The first byte of the input says
 * what the header has to say about that part.
 */
final class QcowParts {
    private static final int CLUSTER_BITS = 9;
    private static final int CLUSTER_BYTES = 1 << CLUSTER_BITS;
    private static final int L1_AT = CLUSTER_BYTES;
    /** What an L2 table describes. */
    private static final int TABLE_SPAN_BYTES = CLUSTER_BYTES * CLUSTER_BYTES / Long.BYTES;

    private QcowParts() {}

    /** The numbers are the field offsets of the qcow2 specification; the input's second byte comes to {@code at}. */
    private static ByteBuffer image(int l1Entries, int at, byte[] input) {
        return ByteBuffer.allocate(at + input.length - 1)
                .putInt(0, 0x514649fb)
                .putInt(4, 3)
                .putInt(20, CLUSTER_BITS)
                .putLong(24, (long) l1Entries * TABLE_SPAN_BYTES)
                .putInt(36, l1Entries)
                .putLong(40, L1_AT)
                .putInt(96, 4)
                .putInt(100, 112)
                .put(at, input, 1, input.length - 1);
    }

    /** An image without snapshots: the input is the L1 table, and all that follows it in the file. */
    static byte[] withTables(int l1Entries, boolean externalData, byte[] input) {
        return image(l1Entries, L1_AT, input).putLong(72, externalData ? 4 : 0).array();
    }

    /** An image of one empty L1 table; the input is the snapshot table. */
    static byte[] withSnapshots(int snapshots, byte[] input) {
        int tableAt = L1_AT + CLUSTER_BYTES;
        return image(1, tableAt, input)
                .putInt(60, snapshots)
                .putLong(64, tableAt)
                .array();
    }
}
