package berth.ceph;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.NativeFailure;
import berth.ceph.lib.RbdImage;
import berth.ceph.lib.RbdIo;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An image that librbd has open. It is shared by all that use it, and exclusively held while it is closed or opened anew.
 * Safe for use by several threads.
 */
final class Handle {
    private final Connection connection;
    private final PoolSpec pool;
    private final Function<IoContext, RbdImage> opener;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private Opened opened;
    private boolean closed;
    private volatile boolean stale;

    /** The two sides of an open image: what is asked of it, and what is read and written. */
    private static final class Opened {
        private final RbdImage image;
        private final int queueDepth;
        private final ObjectIndex index = new ObjectIndex();
        private volatile @Nullable RbdIo io;

        Opened(RbdImage image, int queueDepth) {
            this.image = image;
            this.queueDepth = queueDepth;
        }

        /** Made when it is needed first: most images are opened to be looked at, and this takes a thread and 20 ms. */
        RbdIo io() {
            RbdIo made = io;
            return made == null ? make() : made;
        }

        private synchronized RbdIo make() {
            RbdIo made = io;
            if (made == null) {
                made = new RbdIo(image, queueDepth);
                io = made;
            }
            return made;
        }

        /** Nobody uses it. */
        void close() {
            RbdIo made = io;
            if (made == null) {
                image.close();
            } else {
                made.close();
            }
        }
    }

    /**
     * Takes over an open image.
     *
     * @param image it is closed with the handle
     * @param opener opens it again each time that {@link #lookAgain} was called
     */
    Handle(Connection connection, PoolSpec pool, RbdImage image, Function<IoContext, RbdImage> opener) {
        this.connection = connection;
        this.pool = pool;
        this.opener = opener;
        this.opened = new Opened(image, queueDepth());
    }

    PoolSpec pool() {
        return pool;
    }

    /** How many requests librbd gets at a time. */
    int queueDepth() {
        return connection.config().queueDepth();
    }

    /** Has the image opened anew before it is used next. */
    void lookAgain() {
        stale = true;
    }

    /** Uses the image on a thread that may block, together with what is known of its objects if it is a snapshot. */
    <T> T callIndexed(Task task, BiFunction<RbdImage, ObjectIndex, T> work) {
        return using(task, open -> NativeCalls.call(() -> work.apply(open.image, open.index)));
    }

    /** Uses the image on this thread, for requests that wait by themselves and for questions answered from memory. */
    <T> T use(Task task, Function<RbdImage, T> work) {
        return using(task, open -> work.apply(open.image));
    }

    private <T> T using(Task task, Function<Opened, T> work) {
        return connection.use(() -> {
            enter(task);
            try {
                return work.apply(opened);
            } catch (NativeFailure e) {
                throw connection.failure(task, e);
            } finally {
                lock.readLock().unlock();
            }
        });
    }

    /** Makes requests, on this thread. */
    void transfer(Task task, BiConsumer<RbdImage, RbdIo> work) {
        use(task, image -> {
            work.accept(image, opened.io());
            return image;
        });
    }

    /** Uses the image on a thread that may block. */
    <T> T call(Task task, Function<RbdImage, T> work) {
        return use(task, image -> NativeCalls.call(() -> work.apply(image)));
    }

    private void enter(Task task) {
        lock.readLock().lock();
        while (stale && !closed) {
            lock.readLock().unlock();
            reopen(task);
            lock.readLock().lock();
        }
        if (closed) {
            lock.readLock().unlock();
            throw new BlockException(Problem.CLOSED, "the image has been closed");
        }
    }

    private void reopen(Task task) {
        lock.writeLock().lock();
        boolean again = stale && !closed;
        try {
            if (again) {
                stale = false; // Before, for what changes from now on.
                opened = NativeCalls.call(this::openedAnew);
                again = false;
            }
        } catch (NativeFailure e) {
            throw connection.failure(task, e);
        } finally {
            if (again) {
                stale = true;
            }
            lock.writeLock().unlock();
        }
    }

    private Opened openedAnew() {
        try (IoContext context = connection.open(pool)) {
            Opened next = new Opened(opener.apply(context), queueDepth());
            opened.close();
            return next;
        }
    }

    /**
     * Waits for those who use it, and closes it.
     *
     * @return whether it was open
     */
    boolean close() {
        lock.writeLock().lock();
        try {
            if (closed) {
                return false;
            }
            closed = true;
            NativeCalls.call(() -> {
                opened.close();
                return opened;
            });
            return true;
        } finally {
            lock.writeLock().unlock();
        }
    }
}
