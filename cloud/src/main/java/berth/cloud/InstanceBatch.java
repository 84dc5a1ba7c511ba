package berth.cloud;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Moves several instances at the same time. Safe for use by several threads. */
public final class InstanceBatch {
    private final InstanceMover mover;
    private final int limit;

    /**
     * A batch.
     *
     * @param mover moves each instance
     * @param limit how many are moved at the same time, at least 1
     */
    public InstanceBatch(InstanceMover mover, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit is less than 1: " + limit);
        }
        this.mover = mover;
        this.limit = limit;
    }

    /**
     * Moves all instances; one that fails does not hold up the others.
     *
     * @param finished is told of each instance when it has ended, one at a time
     * @return a report for each request, in their order
     * @throws InterruptedException when the caller is interrupted; what was begun goes on when it is run again
     */
    public List<InstanceReport> run(
            List<InstanceRequest> requests,
            MoveOptions options,
            MoveListener listener,
            Consumer<InstanceReport> finished)
            throws InterruptedException {
        Semaphore free = new Semaphore(limit);
        List<Future<InstanceReport>> futures = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (InstanceRequest request : requests) {
                futures.add(threads.submit(() -> {
                    free.acquire();
                    try {
                        InstanceReport report = mover.move(request, options, listener);
                        synchronized (finished) {
                            finished.accept(report);
                        }
                        return report;
                    } finally {
                        free.release();
                    }
                }));
            }
        }
        List<InstanceReport> reports = new ArrayList<>();
        for (Future<InstanceReport> future : futures) {
            reports.add(result(future));
        }
        return reports;
    }

    private static InstanceReport result(Future<InstanceReport> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            // A move reports its failures; anything else is a fault of this program.
            throw new IllegalStateException("the move of an instance ended unexpectedly", e.getCause());
        }
    }
}
