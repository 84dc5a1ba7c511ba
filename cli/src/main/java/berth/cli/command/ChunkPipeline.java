package berth.cli.command;

import berth.block.Threads;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Moves the chunks of a disk: each is worked on by some thread, and when that is done, in the order in which they were
 * handed over, by the thread that handed them over, which alone uses this. The first failure of any is thrown to it, when
 * it next hands something over or waits.
 */
final class ChunkPipeline implements AutoCloseable {
    /** The size of a chunk in bytes. */
    static final int CHUNK_BYTES = 4 << 20;

    private static final int MOST_THREADS = 8;
    private static final int MOST_STEPS = 1000;
    private static final int PAGE_BYTES = 4096;

    private final ExecutorService threads;
    /** Given back at the end: a server has many of these, one after the other. */
    private final Arena memory = Arena.ofShared();

    private final Deque<Step> steps = new ArrayDeque<>();
    private final Deque<ByteBuffer> spare = new ArrayDeque<>();
    private int chunksToMake;
    private volatile boolean closing;

    /**
     * What was handed over and is not finished.
     *
     * @param work the other thread's part
     * @param chunk what it has in hand; null for what needs none
     * @param then this thread's part
     */
    private record Step(
            CompletableFuture<Void> work, @Nullable ByteBuffer chunk, Runnable then) {}

    /** A pipeline with as many threads as are useful, 8 at most, and one chunk more, for this thread. */
    ChunkPipeline(int usefulThreads) {
        int count = Math.clamp(usefulThreads, 1, MOST_THREADS);
        threads = Executors.newFixedThreadPool(
                count, Thread.ofPlatform().daemon().name("chunk-", 0).factory());
        chunksToMake = count + 1;
    }

    /** An empty chunk, to be handed over; waits for one when all are in use. */
    ByteBuffer take() {
        while (spare.isEmpty() && chunksToMake == 0) {
            finishOldest();
        }
        if (spare.isEmpty()) {
            chunksToMake--;
            return memory.allocate(CHUNK_BYTES, PAGE_BYTES).asByteBuffer();
        }
        return spare.remove().clear();
    }

    /**
     * Hands over a chunk that was taken.
     *
     * @param work what another thread does with it
     * @param then what this thread does after that
     */
    void run(ByteBuffer chunk, Consumer<ByteBuffer> work, Consumer<ByteBuffer> then) {
        Runnable task = () -> {
            if (!closing) {
                work.accept(chunk);
            }
        };
        add(new Step(CompletableFuture.runAsync(task, threads), chunk, () -> then.accept(chunk)));
    }

    /** Does something on this thread when all that was handed over before is done: at once, where it is. */
    void after(Runnable then) {
        add(new Step(CompletableFuture.completedFuture(null), null, then));
    }

    private void add(Step step) {
        steps.add(step);
        while (!steps.isEmpty() && (steps.peek().work().isDone() || steps.size() > MOST_STEPS)) {
            finishOldest();
        }
    }

    private void finishOldest() {
        Step oldest = steps.remove();
        Threads.join(oldest.work());
        oldest.then().run();
        if (oldest.chunk() != null) {
            spare.add(oldest.chunk());
        }
    }

    /** Waits for everything that was handed over. */
    void finish() {
        while (!steps.isEmpty()) {
            finishOldest();
        }
    }

    /** Waits for what other threads have in hand, and leaves the rest undone. */
    @Override
    public void close() {
        closing = true;
        threads.close();
        memory.close();
    }
}
