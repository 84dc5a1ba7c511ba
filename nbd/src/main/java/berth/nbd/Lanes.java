package berth.nbd;

import berth.block.Threads;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that serve one connection. Where the device answers at once there is one, the connection's own. Where
 * requests wait for other machines, another thread starts when all are busy, so that many requests are under way at a time:
 * one thread takes the client's next request while the others wait for the device, and each sends its own answers.
 */
final class Lanes {
    /** The most threads of a connection. */
    private static final int MOST = 32;

    /** After so long without a request a thread ends, because the others are enough. */
    private static final long IDLE_SECONDS = 10;

    /** The most chunks that the requests of a connection hold together. */
    private static final int MOST_CHUNKS = 2 * Payload.MAX_CHUNKS;

    private final Wire wire;
    private final Session session;
    private final ConnectionContext context;
    private final BooleanSupplier stopping;
    private final int most;
    private final ReentrantLock turn = new ReentrantLock();
    private final Semaphore chunks = new Semaphore(MOST_CHUNKS);
    private final Set<Thread> others = ConcurrentHashMap.newKeySet();
    /** No further request is taken; written by who has the turn, or when a thread failed. */
    private volatile boolean over;

    private volatile boolean exhausted;
    private @Nullable Throwable failure;

    /** Takes a request from the client. */
    @FunctionalInterface
    interface Intake {
        /** Waits for a request. @return false when there will be none */
        boolean take() throws IOException;
    }

    /** @param stopping turns true when the server closes: requests that have been received are the last ones */
    Lanes(Wire wire, Session session, ConnectionContext context, BooleanSupplier stopping) {
        this.wire = wire;
        this.session = session;
        this.context = context;
        this.stopping = stopping;
        this.most = Math.clamp(session.export().device().usefulThreads(), 1, MOST);
    }

    /** Serves until the client disconnects. What it still has to get is in the wire's outbox. */
    void run() throws IOException {
        if (areSeveral()) {
            wire.share();
        }
        serve(wire.outbox());
        awaitOthers();
        switch (failure()) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {}
        }
    }

    /** Whatever ends a thread before its time ends the connection, since a request would stay without an answer. */
    @SuppressWarnings("CatchingUnchecked")
    private void serve(Outbox outbox) {
        try {
            new Transmission(this, wire.inbox(), outbox, session, context.chunks()).run();
        } catch (Throwable e) {
            fail(e);
        }
    }

    private void fail(Throwable e) {
        synchronized (this) {
            failure = failure == null ? e : failure;
        }
        over = true;
        if (areSeveral()) {
            wire.endInput(); // One of the others may wait for the client.
        }
    }

    private synchronized @Nullable Throwable failure() {
        return failure;
    }

    /** Whether there may be more than one thread, so that an answer has to be sent as soon as it is there. */
    boolean areSeveral() {
        return most > 1;
    }

    /** Whether the server closes. */
    boolean areStopping() {
        return stopping.getAsBoolean();
    }

    /**
     * Takes the next request when it is this thread's turn.
     *
     * @return false when this thread has to end
     */
    boolean next(Intake intake) throws IOException {
        if (!isTurn()) {
            return false;
        }
        boolean taken = false;
        try {
            taken = !over && intake.take();
            return taken;
        } finally {
            if (!taken) {
                over = true;
            }
            turn.unlock();
            if (taken && isAnotherNeeded() && context.moreThreads().tryAcquire()) {
                startAnother();
            }
        }
    }

    private boolean isTurn() {
        try {
            return turn.tryLock(IDLE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isAnotherNeeded() {
        return !exhausted && others.size() + 1 < most && !turn.isLocked() && !turn.hasQueuedThreads();
    }

    /** With a permit, which the thread gives back. Without memory for another thread those that there are take turns. */
    private void startAnother() {
        boolean started = false;
        try {
            Outbox outbox = wire.another();
            Thread thread = Thread.ofPlatform()
                    .daemon()
                    .name(Thread.currentThread().getName())
                    .unstarted(() -> runAnother(outbox));
            others.add(thread);
            try {
                thread.start();
                started = true;
            } finally {
                if (!started) {
                    others.remove(thread);
                }
            }
        } catch (OutOfMemoryError _) {
            exhausted = true;
        } finally {
            if (!started) {
                context.moreThreads().release();
            }
        }
    }

    private void runAnother(Outbox outbox) {
        try {
            serve(outbox);
        } finally {
            context.moreThreads().release();
            others.remove(Thread.currentThread());
        }
    }

    private void awaitOthers() {
        while (!others.isEmpty()) { // The last ones may have started another one.
            others.forEach(Threads::join);
        }
    }

    /** Waits until a request may hold so many chunks. For the thread that has the turn, and holds none. */
    void reserve(int count) {
        chunks.acquireUninterruptibly(count);
    }

    /** Gives back what was reserved. */
    void free(int count) {
        chunks.release(count);
    }
}
