package berth.cli.call;

import java.io.IOException;

/** Whoever read a command's output has gone, so that there is no use in going on and nobody to tell. */
public final class OutputGone extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param cause the failed write */
    public OutputGone(IOException cause) {
        super("nobody reads the output any more", cause);
    }
}
