package berth.source.remote;

import berth.posix.Errno;
import java.time.Duration;
import java.util.Optional;

/** A failure that another attempt may not have: a server that is overloaded, stalls or goes away. */
public final class TransientFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final Errno errno;
    private final transient Optional<Duration> pause;
    private final boolean refused;

    /**
     * @param errno what the failure is when no further attempt is made
     * @param message what happened; never holds a secret
     */
    public TransientFailure(Errno errno, String message) {
        this(errno, message, Optional.empty());
    }

    /** @param pause how long the server wants to be left alone */
    public TransientFailure(Errno errno, String message, Optional<Duration> pause) {
        this(errno, message, pause, false);
    }

    private TransientFailure(Errno errno, String message, Optional<Duration> pause, boolean refused) {
        super(message);
        this.errno = errno;
        this.pause = pause;
        this.refused = refused;
    }

    /** A failure because nobody listens at the address. */
    static TransientFailure refused(String message) {
        return new TransientFailure(Errno.EIO, message, Optional.empty(), true);
    }

    /** What the failure is when no further attempt is made. */
    public Errno errno() {
        return errno;
    }

    /** Whether nobody listens at the address: the server is being started again, or the address is wrong. */
    boolean isRefused() {
        return refused;
    }

    /** How long the server wants to be left alone. */
    Optional<Duration> pause() {
        return pause;
    }
}
