package berth.server;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Function;

/** This process as the owner of a store: it holds the lock, runs commands, and takes those of other processes. */
public final class Owner implements AutoCloseable {
    private final StoreLock lock;
    private final CommandHandler handler;
    private final ControlServer server;

    private Owner(StoreLock lock, CommandHandler handler, ControlServer server) {
        this.lock = lock;
        this.handler = handler;
        this.server = server;
    }

    /**
     * Becomes the owner.
     *
     * @param store the store's directory, made where it does not exist
     * @param version this program's version
     * @param handlers makes the handler once the lock is held
     * @return the owner; empty when another process owns the store
     * @throws BlockException when the directory cannot be used
     */
    public static Optional<Owner> tryBecome(
            StoreDirectory store, String version, Function<StoreDirectory, CommandHandler> handlers) {
        Optional<StoreLock> lock = StoreLock.tryTake(store);
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        CommandHandler handler = handlers.apply(store);
        try {
            ControlServer server = ControlServer.start(store.controlSocket(), handler, version);
            return Optional.of(new Owner(lock.get(), handler, server));
        } catch (IOException e) {
            lock.get().close();
            throw new BlockException(
                    Problem.IO, "cannot listen on " + store.controlSocket() + ": " + e.getMessage(), e);
        }
    }

    /** Runs a command of this process. Once it is cancelled, those of other processes are, too, and no more are taken. */
    public int run(Invocation invocation, CommandIo io) {
        io.cancellation().onCancel(server::refuseAndCancel);
        return handler.run(invocation, io);
    }

    /** How many commands of other processes run just now. */
    public int others() {
        return server.sessions();
    }

    /** Waits for the commands of other processes, then closes the store and gives up the lock. */
    @Override
    public void close() {
        try (StoreLock _ = lock;
                CommandHandler _ = handler) {
            server.close();
        }
    }
}
