package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.block.DiffSink;
import berth.block.Progress;
import berth.posix.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the libraries call back, from their own threads too. There is one native function for each kind of callback; the
 * argument that it hands through says which Java object is meant. Nothing may be thrown into native code, so what a
 * callback throws is kept, the call is asked to end, and the caller throws it.
 */
final class Callbacks {
    private static final int CANCELLED = -Errno.ECANCELED.number();
    private static final Map<Long, Call> CALLS = new ConcurrentHashMap<>();
    private static final AtomicLong LAST = new AtomicLong();

    /** Bound when first needed. */
    private static final class OfProgress {
        private static final long ADDRESS = stub("progress", JAVA_LONG, JAVA_LONG, JAVA_LONG);
    }

    /** Bound when first needed. */
    private static final class OfDiff {
        private static final long ADDRESS = stub("diff", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
    }

    /** One call that calls back; it has to be closed when the call has returned. */
    static final class Call implements AutoCloseable {
        private final long argument = LAST.incrementAndGet();
        private final Progress progress;
        private final DiffSink diff;
        private volatile @Nullable Throwable failure;

        private Call(Progress progress, DiffSink diff) {
            this.progress = progress;
            this.diff = diff;
            CALLS.put(argument, this);
        }

        /** What the native function takes as its callback's argument. */
        long argument() {
            return argument;
        }

        /** Throws what the callback has thrown, if it has. */
        void rethrow() {
            Throwable thrown = failure;
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown instanceof RuntimeException exception) {
                throw exception;
            }
        }

        @Override
        public void close() {
            CALLS.remove(argument);
        }
    }

    private Callbacks() {}

    /** A call that tells of its progress. */
    static Call of(Progress progress) {
        return new Call(progress, (offset, length, exists) -> {});
    }

    /** A call that tells of differences. */
    static Call of(DiffSink diff) {
        return new Call(Progress.NONE, diff);
    }

    /** The native function for progress. */
    static long progressFunction() {
        return OfProgress.ADDRESS;
    }

    /** The native function for differences. */
    static long diffFunction() {
        return OfDiff.ADDRESS;
    }

    @SuppressWarnings("restricted") // native code is to call it
    private static long stub(String method, MemoryLayout... parameters) {
        FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, parameters);
        MethodType methodType = type.toMethodType();
        try {
            return Linker.nativeLinker()
                    .upcallStub(
                            MethodHandles.lookup().findStatic(Callbacks.class, method, methodType),
                            type,
                            Arena.global())
                    .address();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(method, e);
        }
    }

    /** {@code int (uint64_t offset, uint64_t total, void *argument)}. */
    @SuppressWarnings("UnusedMethod") // found by its name
    private static int progress(long done, long total, long argument) {
        Call call = CALLS.get(argument);
        return call == null
                ? CANCELLED
                : guarded(call, () -> call.progress.step(Math.min(done, total), Math.max(total, done)));
    }

    /** {@code int (uint64_t offset, size_t length, int exists, void *argument)}. */
    @SuppressWarnings("UnusedMethod") // found by its name
    private static int diff(long offset, long length, int exists, long argument) {
        Call call = CALLS.get(argument);
        return call == null ? CANCELLED : guarded(call, () -> call.diff.accept(offset, length, exists != 0));
    }

    @SuppressWarnings("CatchingUnchecked") // the virtual machine ends when anything is thrown into native code
    private static int guarded(Call call, Runnable callback) {
        if (call.failure != null) {
            return CANCELLED;
        }
        try {
            callback.run();
            return 0;
        } catch (Throwable e) {
            call.failure = e;
            return CANCELLED;
        }
    }
}
