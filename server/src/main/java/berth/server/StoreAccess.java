package berth.server;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.PosixFile;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Runs a command on a store: in the process that owns it, or in this one, which then is the owner for as long as the
 * command runs.
 */
public final class StoreAccess {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long PAUSE_MILLIS = 50;
    private static final long NOTICE_MILLIS = 1_000;

    private final StoreDirectory store;
    private final String version;
    private final Function<StoreDirectory, CommandHandler> handlers;
    private final Duration patience;

    /**
     * @param store the store's directory
     * @param version this program's version
     * @param handlers makes the handler when this process becomes the owner
     */
    public StoreAccess(StoreDirectory store, String version, Function<StoreDirectory, CommandHandler> handlers) {
        this(store, version, handlers, PATIENCE);
    }

    /** Like the other one, with the time to wait for an owner that does not answer. */
    StoreAccess(
            StoreDirectory store,
            String version,
            Function<StoreDirectory, CommandHandler> handlers,
            Duration patience) {
        this.store = store;
        this.version = version;
        this.handlers = handlers;
        this.patience = patience;
    }

    /**
     * Runs a command where the store's owner is.
     *
     * @return the exit status
     * @throws BlockException {@link Problem#STORE_LOCKED} when the store is owned by a process that does not answer for
     *     ten seconds or has another version
     */
    public int run(Invocation invocation, CommandIo io) {
        if (!Files.exists(store.controlSocket())) {
            PosixFile.bindAhead(); // this process is about to become the owner
        }
        return retry(io, () -> {
            OptionalInt status = ControlClient.run(store, version, invocation, io);
            return status.isPresent() ? status : runAsOwner(invocation, io);
        });
    }

    /** Runs a command in this process, which has to become the owner for it; see {@link #run}. */
    public int runHere(Invocation invocation, CommandIo io) {
        return retry(io, () -> runAsOwner(invocation, io));
    }

    private interface Attempt {
        OptionalInt run();
    }

    /** An owner may be about to start or to end, so one failed attempt says little. */
    private int retry(CommandIo io, Attempt attempt) {
        long start = System.nanoTime();
        boolean told = false;
        while (true) {
            OptionalInt status = attempt.run();
            if (status.isPresent()) {
                return status.getAsInt();
            }
            if (io.cancellation().await(PAUSE_MILLIS)) {
                throw new BlockException(Problem.CANCELLED, "the operation was cancelled");
            }
            long waited = System.nanoTime() - start;
            if (!told && waited > NOTICE_MILLIS * 1_000_000) {
                told = true;
                io.tell("berth: waiting for " + StoreLock.describeHolder(store) + ", which owns the store");
            }
            if (waited > patience.toNanos()) {
                throw new BlockException(
                        Problem.STORE_LOCKED,
                        "the store " + store.path() + " is owned by " + StoreLock.describeHolder(store)
                                + "; stop that process or use another store");
            }
        }
    }

    private OptionalInt runAsOwner(Invocation invocation, CommandIo io) {
        Optional<Owner> owner = Owner.tryBecome(store, version, handlers);
        if (owner.isEmpty()) {
            return OptionalInt.empty();
        }
        try (Owner mine = owner.get()) {
            int status = mine.run(invocation, io);
            if (invocation.terminal()) {
                noticeOthers(mine, io);
            }
            return OptionalInt.of(status);
        }
    }

    /** Says why the prompt does not come back, where someone looks at it. */
    private static void noticeOthers(Owner owner, CommandIo io) {
        long end = System.nanoTime() + NOTICE_MILLIS * 1_000_000;
        while (owner.others() > 0) {
            if (System.nanoTime() - end > 0) {
                io.tell("berth: waiting for " + owner.others() + " other command(s) that work through this process");
                return;
            }
            if (io.cancellation().await(PAUSE_MILLIS)) {
                return;
            }
        }
    }
}
