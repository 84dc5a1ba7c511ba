package berth.source.remote;

import berth.block.BlockException;
import berth.block.Problem;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;

/**
 * Reads a file in aligned chunks, several at the same time, and asks for those that a sequential reader will want before
 * it does. A small read somewhere else gets just the bytes that it asks for.
 *
 * <p>A chunk is asked for once, however many wait for it. One that failed is forgotten, so that the next reader asks again.
 * Safe for use by several threads.
 */
final class ReadAhead implements AutoCloseable {
    /** Reads ranges from the server; throws when all attempts failed. */
    @FunctionalInterface
    interface Fetcher {
        byte[] fetch(long offset, int length);
    }

    private final Fetcher fetcher;
    private final long size;
    private final ReadAheadPolicy policy;
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore permits;
    private final SequentialReaders readers = new SequentialReaders();

    /** By number, the least recently used first. Guarded by itself. */
    private final Map<Long, CompletableFuture<byte[]>> chunks = new LinkedHashMap<>(16, 0.75f, true);

    ReadAhead(Fetcher fetcher, long size, ReadAheadPolicy policy) {
        this.fetcher = fetcher;
        this.size = size;
        this.policy = policy;
        this.permits = new Semaphore(policy.requests(), true);
    }

    /** Reads a range that lies within the file, of at least one byte. */
    void read(long offset, ByteBuffer into) {
        int length = into.remaining();
        long first = offset / policy.chunkBytes();
        long last = (offset + length - 1) / policy.chunkBytes();
        boolean sequential = readers.note(offset, length, policy.chunkBytes() / 4);
        if (!sequential && length < policy.chunkBytes() / 2 && !cached(first, last)) {
            into.put(fetch(offset, length));
            return;
        }
        readChunks(offset, into, first, last);
        if (sequential) {
            for (long number = last + 1; number <= last + policy.ahead() && number < chunkCount(); number++) {
                prefetch(number);
            }
        }
    }

    private void readChunks(long offset, ByteBuffer into, long first, long last) {
        ArrayDeque<CompletableFuture<byte[]>> window = new ArrayDeque<>();
        long asked = first;
        long at = offset;
        for (long number = first; number <= last; number++) {
            while (asked <= last && window.size() < policy.requests()) {
                window.add(obtain(asked++));
            }
            byte[] chunk = await(window.remove());
            int from = (int) (at - number * policy.chunkBytes());
            int n = Math.min(chunk.length - from, into.remaining());
            into.put(chunk, from, n);
            at += n;
        }
    }

    private long chunkCount() {
        return (size + policy.chunkBytes() - 1) / policy.chunkBytes();
    }

    private boolean cached(long first, long last) {
        synchronized (chunks) {
            for (long number = first; number <= last; number++) {
                if (!chunks.containsKey(number)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** A chunk that is here, on its way, or asked for now. */
    private CompletableFuture<byte[]> obtain(long number) {
        synchronized (chunks) {
            CompletableFuture<byte[]> known = chunks.get(number);
            if (known != null) {
                return known;
            }
            if (chunks.size() >= policy.cachedChunks()) {
                chunks.remove(chunks.keySet().iterator().next());
            }
            return start(number);
        }
    }

    /** Asks for a chunk if that drives out none that is still on its way. */
    private void prefetch(long number) {
        synchronized (chunks) {
            if (chunks.containsKey(number) || (chunks.size() >= policy.cachedChunks() && !dropOneThatIsHere())) {
                return;
            }
            var _ = start(number);
        }
    }

    private boolean dropOneThatIsHere() {
        for (Iterator<CompletableFuture<byte[]>> it = chunks.values().iterator(); it.hasNext(); ) {
            if (it.next().isDone()) {
                it.remove();
                return true;
            }
        }
        return false;
    }

    private CompletableFuture<byte[]> start(long number) {
        long offset = number * policy.chunkBytes();
        int length = (int) Math.min(policy.chunkBytes(), size - offset);
        CompletableFuture<byte[]> chunk = new CompletableFuture<>();
        chunks.put(number, chunk);
        try {
            requests.execute(() -> complete(number, chunk, offset, length));
        } catch (RejectedExecutionException _) {
            throw new BlockException(Problem.CLOSED, "the stream is closed");
        }
        return chunk;
    }

    private void complete(long number, CompletableFuture<byte[]> chunk, long offset, int length) {
        try {
            chunk.complete(fetch(offset, length));
        } catch (RuntimeException | Error e) {
            forget(number, chunk);
            chunk.completeExceptionally(e);
        }
    }

    private void forget(long number, CompletableFuture<byte[]> chunk) {
        synchronized (chunks) {
            chunks.remove(number, chunk);
        }
    }

    private byte[] fetch(long offset, int length) {
        permits.acquireUninterruptibly();
        try {
            return fetcher.fetch(offset, length);
        } finally {
            permits.release();
        }
    }

    private static byte[] await(CompletableFuture<byte[]> chunk) {
        try {
            return chunk.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BlockException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BlockException(Problem.CANCELLED, "a read from a server was interrupted", e);
        }
    }

    /** Ends requests that are on their way. */
    @Override
    public void close() {
        requests.shutdownNow();
        synchronized (chunks) {
            chunks.clear();
        }
    }
}
