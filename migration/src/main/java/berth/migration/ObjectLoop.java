package berth.migration;

import berth.block.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Does something for each object of a disk with several workers. Objects are handed out in ascending order. The first
 * failure stops all workers after the object each has in hand, and is what {@link #run} throws. The calling thread is
 * worker number 0.
 */
final class ObjectLoop {
    /** What is done for one object. */
    @FunctionalInterface
    interface Task {
        /** Called by several threads, each time with another object. */
        void run(long object, int worker);
    }

    private final long objects;
    private final int workers;
    private final Task task;
    private final AtomicLong next = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /**
     * A loop over objects 0 to {@code objects - 1}.
     *
     * @param workers how many threads, at least 1
     */
    ObjectLoop(long objects, int workers, Task task) {
        if (workers < 1) {
            throw new IllegalArgumentException("no workers: " + workers);
        }
        this.objects = objects;
        this.workers = Math.clamp(objects, 1, workers);
        this.task = task;
    }

    /** Whether there is nothing more to begin: all objects are handed out, or a worker failed. */
    boolean stopping() {
        return failure.get() != null || next.get() >= objects;
    }

    /** Runs over all objects, or to the first failure, which it throws. After a run without failure it can run again. */
    void run() {
        next.set(0);
        List<Thread> helpers = new ArrayList<>();
        try {
            for (int i = 1; i < workers; i++) {
                int worker = i;
                helpers.add(Thread.ofPlatform()
                        .daemon()
                        .name(Thread.currentThread().getName() + "-worker-" + worker)
                        .start(() -> work(worker)));
            }
            work(0);
        } finally {
            helpers.forEach(this::join);
        }
        Threads.rethrow(failure.get());
    }

    private void work(int worker) {
        try {
            while (failure.get() == null) {
                long object = next.getAndIncrement();
                if (object >= objects) {
                    return;
                }
                task.run(object, worker);
            }
        } catch (RuntimeException | Error e) {
            Throwable first = failure.compareAndExchange(null, e);
            if (first != null && !first.equals(e)) {
                first.addSuppressed(e);
            }
        }
    }

    /** Waits for the thread without giving up: what it uses must not be closed under it. An interrupt ends the loop. */
    private void join(Thread thread) {
        Threads.join(thread, e -> failure.compareAndSet(null, Interruptions.cancelled(e)));
    }
}
