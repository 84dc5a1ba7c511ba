package berth.fuzz;

import org.jspecify.annotations.Nullable;

/** A parser did with an input what it must not do with any. */
public final class BrokenPromise extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message what the parser did */
    public BrokenPromise(String message) {
        super(message);
    }

    /** With what it threw or logged, if anything. */
    public BrokenPromise(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
