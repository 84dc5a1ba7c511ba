package berth.bench;

import org.jspecify.annotations.Nullable;

/** A measurement that could not be made; the message says which program said what. */
public final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A failure without a cause. */
    public BenchException(String message) {
        this(message, null);
    }

    /** A failure with its cause. */
    public BenchException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
