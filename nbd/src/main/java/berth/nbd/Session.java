package berth.nbd;

/**
 * What a client and the server agreed on. The session's owner closes the export.
 *
 * @param export what is served
 * @param size the size that the client was told; it stays the limit of this connection's requests
 * @param structured whether structured replies are used
 * @param allocation whether {@code base:allocation} may be asked for
 */
record Session(Export export, long size, boolean structured, boolean allocation) {
    /** The transmission flags for an export. */
    static int flags(Export export, boolean structured) {
        int flags = Protocol.FLAG_HAS_FLAGS
                | Protocol.FLAG_SEND_FLUSH
                | Protocol.FLAG_SEND_FUA
                | Protocol.FLAG_CAN_MULTI_CONN
                | Protocol.FLAG_SEND_CACHE;
        flags |= export.readOnly()
                ? Protocol.FLAG_READ_ONLY
                : Protocol.FLAG_SEND_TRIM | Protocol.FLAG_SEND_WRITE_ZEROES | Protocol.FLAG_SEND_FAST_ZERO;
        return structured ? flags | Protocol.FLAG_SEND_DF : flags;
    }
}
