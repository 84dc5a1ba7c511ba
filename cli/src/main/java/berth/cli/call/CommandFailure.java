package berth.cli.call;

import berth.block.BlockException;
import berth.posix.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The end of a command that failed: what to print, and the exit status. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** The exit status for arguments that do not fit the grammar. */
    public static final int USAGE_STATUS = 1;

    private final int status;

    /**
     * @param status the exit status
     * @param message the text after {@code berth: }; may have more lines
     */
    public CommandFailure(int status, String message) {
        super(message);
        this.status = status;
    }

    private CommandFailure(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /** An argument that makes no sense: status 22. */
    public static CommandFailure invalid(String message) {
        return new CommandFailure(Errno.EINVAL.number(), message);
    }

    /** Arguments that do not fit the grammar: status 1. */
    public static CommandFailure usage(String message) {
        return new CommandFailure(USAGE_STATUS, message);
    }

    /**
     * The failure of an operation in the words of {@code rbd}, {@code what: (errno) text}, followed by the reason where
     * that says more.
     */
    public static CommandFailure of(String what, BlockException cause) {
        List<String> lines = new ArrayList<>();
        lines.add(what + ": " + cause.errno().described());
        String reason = cause.getMessage();
        if (reason != null && !isPlain(cause)) {
            lines.add("  " + reason);
        }
        return new CommandFailure(cause.errno().number(), String.join("\n", lines), cause);
    }

    /** Whether the errno alone says it all. */
    private static boolean isPlain(BlockException cause) {
        return switch (cause.problem()) {
            case POOL_NOT_FOUND, IMAGE_NOT_FOUND, SNAPSHOT_NOT_FOUND, IMAGE_EXISTS, SNAPSHOT_EXISTS, CANCELLED -> true;
            default -> false;
        };
    }

    /** Runs something whose failure is to be told as {@link #of}. */
    public static <T> T explain(String what, Supplier<T> body) {
        try {
            return body.get();
        } catch (BlockException e) {
            throw of(what, e);
        }
    }

    /** Runs something whose failure is to be told as {@link #of}. */
    public static void explainRun(String what, Runnable body) {
        try {
            body.run();
        } catch (BlockException e) {
            throw of(what, e);
        }
    }

    /** The exit status. */
    public int status() {
        return status;
    }
}
