package berth.block;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Waiting for threads and their work. */
public final class Threads {
    private Threads() {}

    /** Waits until a thread has ended. An interrupt does not end the wait; it is there again afterwards. */
    public static void join(Thread thread) {
        join(thread, _ -> {});
    }

    /** The same, and tells of each interrupt. */
    public static void join(Thread thread, Consumer<InterruptedException> onInterrupt) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
                onInterrupt.accept(e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Throws what went wrong, if anything did: a {@link RuntimeException} or an {@link Error} as it is. */
    public static void rethrow(@Nullable Throwable failure) {
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    /** Waits for the result of work on another thread, or throws its failure. An interrupt does not end the wait. */
    public static <T> T join(CompletableFuture<T> work) {
        try {
            return work.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error error -> throw error;
                case null, default -> throw e;
            }
        }
    }
}
