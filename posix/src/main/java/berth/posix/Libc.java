package berth.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;

/**
 * The bindings to the C library. Every method returns what the call returned, or the negated errno when it
 * failed, and retries nothing.
 *
 * <p>x86-64 and AArch64 Linux: {@code off_t} and {@code size_t} are 64 bits wide, integer arguments go in registers of
 * 64 bits, and a function does not mind further ones.
 *
 * <p>Therefore one shape, and one handle, does for all functions. Each further shape would cost a short command more than 10
 * ms of its time, and the functions' own types would make eight.
 */
@SuppressWarnings("restricted") // the one class that calls native code
final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
    private static final StructLayout CAPTURE_LAYOUT = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURE_LAYOUT
            .varHandle(MemoryLayout.PathElement.groupElement("errno"))
            .withInvokeExactBehavior();
    private static final ThreadLocal<MemorySegment> CAPTURED =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURE_LAYOUT));

    /**
     * Calls the function whose address comes first, with a descriptor, memory or a number, and two numbers. Some functions
     * are variadic; for the others it only clears a register to say so. An {@code int} result fills the lower half only.
     */
    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG),
            CAPTURE,
            Linker.Option.firstVariadicArg(2));

    private static final long AT_FDCWD = -100;

    private static final MemorySegment OPENAT = address("openat");
    private static final MemorySegment PREAD = address("pread");
    private static final MemorySegment PWRITE = address("pwrite");
    private static final MemorySegment CLOSE = address("close");
    private static final MemorySegment FDATASYNC = address("fdatasync");
    private static final MemorySegment FSYNC = address("fsync");
    private static final MemorySegment FTRUNCATE = address("ftruncate");
    private static final MemorySegment FALLOCATE = address("fallocate");
    private static final MemorySegment LSEEK = address("lseek");
    private static final MemorySegment FCNTL = address("fcntl");
    private static final MemorySegment FLOCK = address("flock");
    private static final MemorySegment EVENTFD = address("eventfd");
    private static final MemorySegment READ = address("read");
    private static final MemorySegment WRITE = address("write");

    private Libc() {}

    /** Does nothing but have this class initialised, and with it its bindings. */
    static void bind() {}

    private static MemorySegment address(String function) {
        return LINKER.defaultLookup().findOrThrow(function);
    }

    private static long result(long returned, MemorySegment captured) {
        return returned >= 0 ? returned : -(int) ERRNO.get(captured, 0L);
    }

    /** Calls a function whose result is a {@code long}. */
    private static long call(MemorySegment function, long fd, MemorySegment first, long second, long third) {
        try {
            MemorySegment captured = CAPTURED.get();
            return result((long) CALL.invokeExact(function, captured, fd, first, second, third), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Calls a function whose result is an {@code int}. */
    private static int callInt(MemorySegment function, long fd, MemorySegment first, long second, long third) {
        try {
            MemorySegment captured = CAPTURED.get();
            int returned = (int) (long) CALL.invokeExact(function, captured, fd, first, second, third);
            return (int) result(returned, captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static int callInt(MemorySegment function, long fd, long first, long second, long third) {
        return callInt(function, fd, MemorySegment.ofAddress(first), second, third);
    }

    static int open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            return callInt(OPENAT, AT_FDCWD, arena.allocateFrom(path, StandardCharsets.UTF_8), flags, mode);
        }
    }

    static long pread(int fd, MemorySegment into, long length, long offset) {
        return call(PREAD, fd, into, length, offset);
    }

    static long pwrite(int fd, MemorySegment from, long length, long offset) {
        return call(PWRITE, fd, from, length, offset);
    }

    static int close(int fd) {
        return callInt(CLOSE, fd, 0, 0, 0);
    }

    static int fdatasync(int fd) {
        return callInt(FDATASYNC, fd, 0, 0, 0);
    }

    static int fsync(int fd) {
        return callInt(FSYNC, fd, 0, 0, 0);
    }

    static int ftruncate(int fd, long length) {
        return callInt(FTRUNCATE, fd, length, 0, 0);
    }

    static int fallocate(int fd, int mode, long offset, long length) {
        return callInt(FALLOCATE, fd, mode, offset, length);
    }

    static long lseek(int fd, long offset, int whence) {
        return call(LSEEK, fd, MemorySegment.ofAddress(offset), whence, 0);
    }

    /** @param argument native memory */
    static int fcntl(int fd, int command, MemorySegment argument) {
        try {
            return callInt(FCNTL, fd, command, argument.address(), 0);
        } finally {
            Reference.reachabilityFence(argument);
        }
    }

    static int flock(int fd, int operation) {
        return callInt(FLOCK, fd, operation, 0, 0);
    }

    static int eventfd(int initial, int flags) {
        return callInt(EVENTFD, initial, flags, 0, 0);
    }

    static long read(int fd, MemorySegment into, long length) {
        return call(READ, fd, into, length, 0);
    }

    static long write(int fd, MemorySegment from, long length) {
        return call(WRITE, fd, from, length, 0);
    }

    private static AssertionError unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return new AssertionError("a native call handle threw", e);
    }
}
