package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.block.Threads;
import berth.posix.EventCounter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The requests of an open image. Each one is handed to librbd, and its thread parked until librbd is done, so that a
 * virtual thread leaves its carrier to others. librbd raises an event descriptor when requests are done; one platform
 * thread for each open image waits for that and unparks the requests' threads.
 *
 * <p>A thread that is interrupted waits on, for librbd uses its memory until the request is done; it finds its interrupt
 * status set afterwards. How long a request can take is up to {@code rados_osd_op_timeout}.
 */
public final class RbdIo implements AutoCloseable {
    private static final int EVENTFD = 2;
    /** {@code RBD_WRITE_ZEROES_FLAG_THICK_PROVISION}. */
    private static final int THICK_PROVISION = 1;

    private static final int EVENTS = 64;

    private final RbdImage image;
    private final EventCounter events = EventCounter.open();
    private final Semaphore permits;
    private final Request[] requests;
    /** The numbers of the requests that are free; guarded by itself. */
    private final int[] free;

    private final Thread completer;
    private int freeCount;
    private volatile boolean closing;

    /** A place for one request at a time. */
    private static final class Request {
        /** Where librbd puts the completion when it is made. */
        private final MemorySegment completion = Arena.ofAuto().allocate(JAVA_LONG);

        private volatile boolean done;
        private long result;
        private volatile @Nullable Thread waiter;

        void begin() {
            done = false;
            waiter = Thread.currentThread();
        }

        void complete(long value) {
            Thread waiting = waiter;
            result = value;
            done = true;
            LockSupport.unpark(waiting);
        }

        long await() {
            boolean interrupted = false;
            while (!done) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return result;
        }
    }

    /** Hands a request with its completion to librbd. */
    @FunctionalInterface
    private interface Submission {
        long submit(long completion);
    }

    /**
     * Makes an open image ready for requests.
     *
     * @param depth how many requests librbd gets at a time; further ones wait
     */
    public RbdIo(RbdImage image, int depth) {
        this.image = image;
        this.permits = new Semaphore(depth);
        this.requests = new Request[depth];
        this.free = new int[depth];
        for (int i = 0; i < depth; i++) {
            requests[i] = new Request();
            free[i] = i;
        }
        this.freeCount = depth;
        try {
            Rbd.SET_NOTIFICATION.check(image.handle(), events.descriptor(), EVENTFD);
        } catch (NativeFailure e) {
            events.close();
            throw e;
        }
        this.completer = Thread.ofPlatform().daemon().name("rbd-completions").start(this::complete);
    }

    /** Reads into native memory. */
    public void read(long offset, MemorySegment into) {
        check(
                Rbd.AIO_READ,
                completion ->
                        Rbd.AIO_READ.call(image.handle(), offset, into.byteSize(), into.address(), completion, 0));
    }

    /** Writes from native memory. */
    public void write(long offset, MemorySegment from) {
        check(Rbd.AIO_WRITE, writing(offset, from));
    }

    /**
     * Makes a range read as zeroes, to the byte.
     *
     * @param keepSpace whether the zeroes are stored; else what lies in the range takes no space afterwards
     */
    public void zero(long offset, long length, boolean keepSpace) {
        check(Rbd.AIO_WRITE_ZEROES, zeroing(offset, length, keepSpace ? THICK_PROVISION : 0));
    }

    /** Makes durable what was acknowledged. */
    public void flush() {
        check(Rbd.AIO_FLUSH, completion -> Rbd.AIO_FLUSH.call(image.handle(), completion, 0, 0, 0, 0));
    }

    private void check(NativeFunction function, Submission submission) {
        permits.acquireUninterruptibly();
        end(begin(function, submission));
    }

    /** A request that librbd has. */
    private record Begun(int number, NativeFunction function) {}

    /** Hands a request to librbd, for which there is a permit; when that fails, the permit is given back. */
    private Begun begin(NativeFunction function, Submission submission) {
        int number = take();
        boolean begun = false;
        try {
            Request request = requests[number];
            request.begin();
            Rbd.CREATE_COMPLETION.checked(
                    (int) Rbd.CREATE_COMPLETION.call(number, 0, request.completion.address(), 0, 0, 0));
            long completion = request.completion.get(JAVA_LONG, 0);
            int submitted = (int) submission.submit(completion);
            if (submitted < 0) {
                Rbd.RELEASE_COMPLETION.call(completion, 0, 0, 0, 0, 0);
                throw function.failure(-submitted);
            }
            begun = true;
            return new Begun(number, function);
        } finally {
            if (!begun) {
                give(number);
                permits.release();
            }
        }
    }

    /** Waits for a request, and gives its permit back. */
    private void end(Begun begun) {
        long result = requests[begun.number].await();
        give(begun.number);
        permits.release();
        if (result < 0) {
            throw begun.function.failure((int) -result);
        }
    }

    /** A change of an image's bytes. */
    public sealed interface Change {
        /**
         * Bytes that are written.
         *
         * @param offset where to
         * @param from native memory
         */
        record Write(long offset, MemorySegment from) implements Change {}

        /**
         * A range that reads as zeroes afterwards and takes no space.
         *
         * @param offset where it starts
         * @param length how long it is
         */
        record Zero(long offset, long length) implements Change {}
    }

    /** Makes changes, as many as possible at the same time; they do not overlap. Ends with the first failure. */
    public void change(List<Change> changes) {
        Deque<Begun> under = new ArrayDeque<>();
        Throwable failure = null;
        try {
            for (Change change : changes) {
                while (!permits.tryAcquire()) {
                    if (under.isEmpty()) {
                        permits.acquireUninterruptibly();
                        break;
                    }
                    end(under.remove());
                }
                under.add(begin(change));
            }
        } catch (NativeFailure | Error e) {
            failure = e;
        }
        while (!under.isEmpty()) { // Whatever happened, librbd has the memory until then.
            try {
                end(under.remove());
            } catch (NativeFailure e) {
                failure = failure == null ? e : failure;
            }
        }
        Threads.rethrow(failure);
    }

    private Begun begin(Change change) {
        return switch (change) {
            case Change.Write(long offset, MemorySegment from) -> begin(Rbd.AIO_WRITE, writing(offset, from));
            case Change.Zero(long offset, long length) -> begin(Rbd.AIO_WRITE_ZEROES, zeroing(offset, length, 0));
        };
    }

    private Submission writing(long offset, MemorySegment from) {
        return completion -> Rbd.AIO_WRITE.call(image.handle(), offset, from.byteSize(), from.address(), completion, 0);
    }

    private Submission zeroing(long offset, long length, int flags) {
        return completion -> Rbd.AIO_WRITE_ZEROES.call(image.handle(), offset, length, completion, flags, 0);
    }

    private int take() {
        synchronized (free) {
            freeCount--;
            return free[freeCount];
        }
    }

    private void give(int number) {
        synchronized (free) {
            free[freeCount] = number;
            freeCount++;
        }
    }

    /** What the completion thread does. */
    private void complete() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment completions = arena.allocate(JAVA_LONG, EVENTS);
            while (true) {
                events.await();
                if (closing) {
                    return;
                }
                int count;
                do {
                    count = (int) Rbd.POLL_EVENTS.call(image.handle(), completions.address(), EVENTS, 0, 0, 0);
                    for (int i = 0; i < count; i++) {
                        finish(completions.getAtIndex(JAVA_LONG, i));
                    }
                } while (count == EVENTS);
            }
        }
    }

    private void finish(long completion) {
        long number = Rbd.COMPLETION_ARGUMENT.call(completion, 0, 0, 0, 0, 0);
        long result = Rbd.COMPLETION_RESULT.call(completion, 0, 0, 0, 0, 0);
        Rbd.RELEASE_COMPLETION.call(completion, 0, 0, 0, 0, 0);
        requests[(int) number].complete(result);
    }

    /** Ends the completion thread and closes the image. No request may be under way. */
    @Override
    public void close() {
        closing = true;
        events.signal();
        Threads.join(completer);
        try {
            image.close();
        } finally {
            events.close(); // Not before: librbd has its number.
        }
    }
}
