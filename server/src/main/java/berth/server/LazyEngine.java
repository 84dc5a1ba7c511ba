package berth.server;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens the store when the first command needs it, so that one that only has a typing error to report does not wait for
 * it. Safe for use by several threads.
 */
public final class LazyEngine implements AutoCloseable {
    private final Supplier<Engine> opener;
    private @Nullable Engine engine;

    /** @param opener opens the store; called again by the next command when it failed */
    public LazyEngine(Supplier<Engine> opener) {
        this.opener = opener;
    }

    /** The store, opened when this is the first call. */
    public synchronized Engine get() {
        Engine open = engine;
        if (open == null) {
            open = opener.get();
            engine = open;
        }
        return open;
    }

    @Override
    public synchronized void close() {
        Engine open = engine;
        if (open != null) {
            engine = null;
            open.close();
        }
    }
}
