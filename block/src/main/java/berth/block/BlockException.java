package berth.block;

import berth.posix.Errno;
import berth.posix.PosixException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A failure of a store, a source or a migration. The message says what was asked, what stands in the way, and names the
 * blockers; it never holds a secret.
 */
public final class BlockException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Problem problem;
    private final Errno errno;
    private final transient List<String> blockers;

    /** A failure of the given kind, with that kind's errno. */
    public BlockException(Problem problem, String message) {
        this(problem, problem.errno(), message, List.of(), null);
    }

    /** A failure of the given kind with its cause. */
    public BlockException(Problem problem, String message, @Nullable Throwable cause) {
        this(problem, problem.errno(), message, List.of(), cause);
    }

    /** A failure that names what stands in the way: snapshots, children, watchers. */
    public BlockException(Problem problem, String message, List<String> blockers) {
        this(problem, problem.errno(), message, blockers, null);
    }

    private BlockException(
            Problem problem, Errno errno, String message, List<String> blockers, @Nullable Throwable cause) {
        super(message, cause);
        this.problem = problem;
        this.errno = errno;
        this.blockers = List.copyOf(blockers);
    }

    /** The failure that a system call's failure amounts to; the errno is the call's. */
    public static BlockException of(PosixException cause, String what) {
        return of(cause.errno(), what + ": " + cause.getMessage(), cause);
    }

    /**
     * The failure that a failure of the JDK's file methods amounts to. The errno is that of the system call behind it,
     * where the JDK lets it be told, else EIO.
     */
    public static BlockException of(IOException cause, String what) {
        return of(errnoOf(cause), what + ": " + cause, cause);
    }

    private static BlockException of(Errno errno, String message, Exception cause) {
        Problem problem =
                switch (errno) {
                    case ENOSPC, EDQUOT -> Problem.NO_SPACE;
                    case EROFS -> Problem.READ_ONLY;
                    default -> Problem.IO;
                };
        return new BlockException(problem, errno, message, List.of(), cause);
    }

    /** The JDK keeps the text of a system call's error, but not its number. */
    private static Errno errnoOf(IOException cause) {
        String reason = cause instanceof FileSystemException failure ? failure.getReason() : cause.getMessage();
        if (cause instanceof AccessDeniedException) {
            return Errno.EACCES;
        }
        if (cause instanceof NoSuchFileException) {
            return Errno.ENOENT;
        }
        return Arrays.stream(Errno.values())
                .filter(errno -> errno.text().equals(reason))
                .findFirst()
                .orElse(Errno.EIO);
    }

    /** A failure of the given kind with an errno of its own, where RBD gives another one than usual. */
    public static BlockException withErrno(Problem problem, Errno errno, String message) {
        return new BlockException(problem, errno, message, List.of(), null);
    }

    /** The kind of failure. */
    public Problem problem() {
        return problem;
    }

    /** The errno that RBD would give; also the exit status of a command that ends with this failure. */
    public Errno errno() {
        return errno;
    }

    /** What stands in the way, by name; empty where that makes no sense. */
    public List<String> blockers() {
        return blockers;
    }
}
