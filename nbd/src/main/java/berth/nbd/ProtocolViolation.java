package berth.nbd;

import java.io.IOException;

/** A client broke the protocol in a way that leaves nothing but to close its connection. */
final class ProtocolViolation extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param what what it did, for the log */
    ProtocolViolation(String what) {
        super(what);
    }
}
