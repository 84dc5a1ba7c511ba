package berth.nbd.client;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;

/** Failures that are the server's fault. */
final class ServerViolation {
    private ServerViolation() {}

    /** The server broke the protocol. */
    static BlockException of(String why) {
        return BlockException.withErrno(Problem.IO, Errno.EBADMSG, "the NBD server breaks the protocol: " + why);
    }
}
