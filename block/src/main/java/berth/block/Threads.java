package berth.block;

import java.util.function.Consumer;

/** Waiting for threads. */
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
}
