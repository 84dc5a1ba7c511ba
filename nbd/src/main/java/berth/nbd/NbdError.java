package berth.nbd;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;

/** The error values that a reply may carry. */
enum NbdError {
    EPERM(1),
    EIO(5),
    ENOMEM(12),
    EINVAL(22),
    ENOSPC(28),
    EOVERFLOW(75),
    ENOTSUP(95),
    ESHUTDOWN(108);

    private final int code;

    NbdError(int code) {
        this.code = code;
    }

    /** The number on the wire. */
    int code() {
        return code;
    }

    /** The error that a device's failure is reported as; errnos that the protocol does not have become EIO. */
    static NbdError of(BlockException failure, Command command) {
        if (failure.problem() == Problem.OUT_OF_RANGE) {
            return beyondEnd(command);
        }
        return of(failure.errno());
    }

    private static NbdError of(Errno errno) {
        return switch (errno) {
            case EPERM, EACCES, EROFS -> EPERM;
            case ENOMEM -> ENOMEM;
            case EINVAL -> EINVAL;
            case ENOSPC, EDQUOT, EFBIG -> ENOSPC;
            case EOVERFLOW -> EOVERFLOW;
            case EOPNOTSUPP -> ENOTSUP;
            case ESHUTDOWN -> ESHUTDOWN;
            default -> EIO;
        };
    }

    /** What the protocol wants for a range that is not within the export. */
    static NbdError beyondEnd(Command command) {
        return switch (command) {
            case WRITE, WRITE_ZEROES -> ENOSPC;
            default -> EINVAL;
        };
    }
}
