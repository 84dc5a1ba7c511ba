package berth.nbd.client;

import berth.nbd.Protocol;

/**
 * What a server says of an export.
 *
 * @param size its size in bytes
 * @param flags the transmission flags
 * @param minBlock every offset and length of a request is a multiple of this power of two
 * @param maxBytes the most bytes of a read
 * @param structured whether replies are structured
 * @param allocationContext the id of {@code base:allocation}; -1 when the server does not have it
 */
record ExportInfo(long size, int flags, int minBlock, int maxBytes, boolean structured, int allocationContext) {
    /** What a server allows that says nothing else. */
    static final int DEFAULT_MAX_BYTES = Protocol.MAX_PAYLOAD_BYTES;

    /** The largest minimum that a server may ask for. */
    static final int LARGEST_MIN_BLOCK = 64 << 10;

    boolean readOnly() {
        return (flags & Protocol.FLAG_READ_ONLY) != 0;
    }
}
