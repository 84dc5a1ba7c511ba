package berth.source.remote;

import berth.block.Problem;
import berth.posix.Errno;

/** What a server can do wrong when it is asked for a range. */
public enum RemoteFault {
    REFUSES(Problem.IO, Errno.EACCES, false),
    REFUSES_AT_LENGTH(Problem.IO, Errno.EACCES, false),
    WANTS_LOGIN(Problem.IO, Errno.EACCES, false),
    MISSING(Problem.SOURCE_NOT_FOUND, Errno.ENOENT, false),
    OVERLOADED(Problem.IO, Errno.EAGAIN, true),
    FAILS(Problem.IO, Errno.EIO, true),
    RESETS(Problem.IO, Errno.EIO, true),
    STALLS(Problem.IO, Errno.ETIMEDOUT, true),
    STALLS_IN_BODY(Problem.IO, Errno.ETIMEDOUT, true),
    TRICKLES_HEAD(Problem.IO, Errno.ETIMEDOUT, true),
    TRICKLES(Problem.IO, Errno.ETIMEDOUT, true),
    ENDS_EARLY(Problem.IO, Errno.EIO, true),
    SENDS_LESS(Problem.IO, Errno.EBADMSG, false),
    SENDS_MORE(Problem.IO, Errno.EBADMSG, false),
    SENDS_ELSEWHERE(Problem.IO, Errno.EBADMSG, false),
    SENDS_GARBAGE(Problem.IO, Errno.EIO, true),
    OTHER_ETAG(Problem.SOURCE_CHANGED, Errno.ESTALE, false),
    OTHER_SIZE(Problem.SOURCE_CHANGED, Errno.ESTALE, false),
    OTHER_TIME(Problem.SOURCE_CHANGED, Errno.ESTALE, false),
    PRECONDITION_FAILS(Problem.SOURCE_CHANGED, Errno.ESTALE, false),
    IGNORES_RANGE(Problem.UNSUPPORTED, Errno.EOPNOTSUPP, false);

    private final Problem problem;
    private final Errno errno;

    private final boolean passing;

    RemoteFault(Problem problem, Errno errno, boolean passing) {
        this.problem = problem;
        this.errno = errno;
        this.passing = passing;
    }

    /** The kind of failure that it is. */
    public Problem problem() {
        return problem;
    }

    Errno errno() {
        return errno;
    }

    /** Whether it may pass, so that another attempt is right. */
    boolean passing() {
        return passing;
    }
}
