package berth.ceph;

import berth.block.Threads;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Runs calls that block in native code. A virtual thread hands them to a platform thread and waits parked, for it could
 * not leave its carrier while it is in native code; a platform thread makes them itself.
 */
final class NativeCalls {
    private static final int MAX_THREADS = 64;
    private static final Semaphore PERMITS = new Semaphore(MAX_THREADS);
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("ceph-call-", 0).factory());

    private NativeCalls() {}

    static <T> T call(Supplier<T> work) {
        if (!Thread.currentThread().isVirtual()) {
            return work.get();
        }
        PERMITS.acquireUninterruptibly();
        try {
            return Threads.join(CompletableFuture.supplyAsync(work, THREADS));
        } finally {
            PERMITS.release();
        }
    }
}
