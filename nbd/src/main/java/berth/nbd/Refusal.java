package berth.nbd;

import org.jspecify.annotations.Nullable;

/**
 * Why a request is answered with an error before the device is asked.
 *
 * @param error what the reply says
 * @param message for people
 */
record Refusal(NbdError error, String message) {
    /** Checks a request against the protocol and what was negotiated; null when it may be executed. */
    static @Nullable Refusal of(Command command, Request request, Session session) {
        if (!command.allows(request.flags())) {
            return new Refusal(
                    NbdError.EINVAL, command + " with command flags 0x" + Integer.toHexString(request.flags()));
        }
        if (command.writes() && session.export().readOnly()) {
            return new Refusal(NbdError.EPERM, "the export is read-only");
        }
        return switch (command) {
            case READ -> read(request, session);
            case WRITE -> write(request, session);
            case FLUSH -> flush(request);
            case BLOCK_STATUS -> blockStatus(request, session);
            case TRIM, CACHE, WRITE_ZEROES -> range(command, request, session);
            case DISC -> null;
        };
    }

    private static @Nullable Refusal read(Request request, Session session) {
        if (request.has(Protocol.CMD_FLAG_DF) && !session.structured()) {
            return new Refusal(NbdError.EINVAL, "DF without structured replies");
        }
        if (request.length() > Protocol.MAX_PAYLOAD_BYTES) {
            return tooLong(session.structured() ? NbdError.EOVERFLOW : NbdError.EINVAL, request);
        }
        return range(Command.READ, request, session);
    }

    private static @Nullable Refusal write(Request request, Session session) {
        if (request.length() > Protocol.MAX_PAYLOAD_BYTES) {
            return tooLong(NbdError.EINVAL, request);
        }
        return range(Command.WRITE, request, session);
    }

    private static @Nullable Refusal flush(Request request) {
        return request.offset() == 0 && request.length() == 0
                ? null
                : new Refusal(NbdError.EINVAL, "FLUSH with an offset or a length");
    }

    private static @Nullable Refusal blockStatus(Request request, Session session) {
        if (!session.allocation()) {
            return new Refusal(NbdError.EINVAL, "no metadata context has been negotiated for this export");
        }
        if (request.length() == 0) {
            return new Refusal(NbdError.EINVAL, "BLOCK_STATUS of no bytes");
        }
        return range(Command.BLOCK_STATUS, request, session);
    }

    private static Refusal tooLong(NbdError error, Request request) {
        return new Refusal(
                error, request.length() + " bytes are more than the maximum of " + Protocol.MAX_PAYLOAD_BYTES);
    }

    private static @Nullable Refusal range(Command command, Request request, Session session) {
        long offset = request.offset();
        boolean within = offset >= 0 && offset <= session.size() && request.length() <= session.size() - offset;
        return within
                ? null
                : new Refusal(
                        NbdError.beyondEnd(command),
                        command + " of " + request.length() + " bytes at " + Long.toUnsignedString(offset)
                                + " is not within the " + session.size() + " bytes of the export");
    }
}
