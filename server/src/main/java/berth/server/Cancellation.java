package berth.server;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The wish that a command end early: a signal, or a client that went away. Safe for use by several threads. */
public final class Cancellation {
    /** What {@link #onCancel} gave; closing it takes the action back. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final List<Runnable> actions = new ArrayList<>();

    /** Whether the command should end. */
    public boolean isCancelled() {
        return cancelled.getCount() == 0;
    }

    /** Asks the command to end, and runs the registered actions in this thread. A second call does nothing. */
    public void cancel() {
        List<Runnable> due;
        synchronized (actions) {
            if (isCancelled()) {
                return;
            }
            cancelled.countDown();
            due = List.copyOf(actions);
            actions.clear();
        }
        due.forEach(Runnable::run);
    }

    /**
     * Registers what wakes the command from a wait, for example closing a stream. Runs at once when the command is
     * cancelled already. The action must not throw.
     */
    public Registration onCancel(Runnable action) {
        synchronized (actions) {
            if (!isCancelled()) {
                actions.add(action);
                return () -> {
                    synchronized (actions) {
                        actions.remove(action);
                    }
                };
            }
        }
        action.run();
        return () -> {};
    }

    /** Waits until the command is cancelled. An interrupt of the thread counts as cancelling. */
    public void await() {
        try {
            cancelled.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cancel();
        }
    }

    /**
     * Waits until the command is cancelled or the time is over.
     *
     * @return whether it is cancelled
     */
    public boolean await(long milliseconds) {
        try {
            return cancelled.await(milliseconds, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cancel();
            return true;
        }
    }
}
