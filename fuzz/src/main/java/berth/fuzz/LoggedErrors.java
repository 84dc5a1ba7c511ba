package berth.fuzz;

import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What a server logs as an unexpected failure instead of throwing it, because other clients go on. Takes the log of one
 * package; what is no error is dropped.
 */
public final class LoggedErrors extends Handler {
    private final AtomicReference<@Nullable LogRecord> first = new AtomicReference<>();
    private final Logger logger;

    /** @param packageName whose log it takes, for as long as the process runs */
    public LoggedErrors(String packageName) {
        logger = Logger.getLogger(packageName);
        logger.setUseParentHandlers(false);
        logger.addHandler(this);
    }

    /** Throws what was logged since the last call, if anything. */
    public void check() {
        LogRecord logged = first.getAndSet(null);
        if (logged != null) {
            throw new BrokenPromise("it logged: " + logged.getMessage(), logged.getThrown());
        }
    }

    @Override
    public void publish(LogRecord logged) {
        if (logged.getLevel().intValue() >= Level.SEVERE.intValue()) {
            first.compareAndSet(null, logged);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
