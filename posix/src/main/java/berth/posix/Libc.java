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
 * <p>Therefore two shapes do for all functions. Each shape costs some 10 ms when it is first bound, which is much of a
 * short command's time, and the functions' own types would make eight.
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

    /** A descriptor and numbers. An {@code int} result fills the lower half only. */
    private static final FunctionDescriptor NUMBERS =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    /** A descriptor, memory, and numbers. */
    private static final FunctionDescriptor MEMORY =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);
    /** Some are variadic; for the others this only clears a register. */
    private static final Linker.Option VARIADIC = Linker.Option.firstVariadicArg(2);

    private static final long AT_FDCWD = -100;

    private static final MethodHandle OPENAT = bind("openat", MEMORY);
    private static final MethodHandle PREAD = bind("pread", MEMORY);
    private static final MethodHandle PWRITE = bind("pwrite", MEMORY);
    private static final MethodHandle CLOSE = bind("close", NUMBERS);
    private static final MethodHandle FDATASYNC = bind("fdatasync", NUMBERS);
    private static final MethodHandle FSYNC = bind("fsync", NUMBERS);
    private static final MethodHandle FTRUNCATE = bind("ftruncate", NUMBERS);
    private static final MethodHandle FALLOCATE = bind("fallocate", NUMBERS);
    private static final MethodHandle LSEEK = bind("lseek", NUMBERS);
    private static final MethodHandle FCNTL = bind("fcntl", NUMBERS);
    private static final MethodHandle FLOCK = bind("flock", NUMBERS);
    private static final MethodHandle EVENTFD = bind("eventfd", NUMBERS);
    private static final MethodHandle READ = bind("read", MEMORY);
    private static final MethodHandle WRITE = bind("write", MEMORY);

    private Libc() {}

    /** Does nothing but have this class initialised, and with it its bindings. */
    static void bind() {}

    private static MethodHandle bind(String name, FunctionDescriptor shape) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), shape, CAPTURE, VARIADIC);
    }

    private static long result(long returned, MemorySegment captured) {
        return returned >= 0 ? returned : -(int) ERRNO.get(captured, 0L);
    }

    /** Calls a function whose result is a {@code long}. */
    private static long call(MethodHandle function, long fd, long first, long second, long third) {
        try {
            MemorySegment captured = CAPTURED.get();
            return result((long) function.invokeExact(captured, fd, first, second, third), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Calls a function whose result is an {@code int}. */
    private static int callInt(MethodHandle function, long fd, long first, long second, long third) {
        try {
            MemorySegment captured = CAPTURED.get();
            int returned = (int) (long) function.invokeExact(captured, fd, first, second, third);
            return (int) result(returned, captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment captured = CAPTURED.get();
            MemorySegment name = arena.allocateFrom(path, StandardCharsets.UTF_8);
            int returned = (int) (long) OPENAT.invokeExact(captured, AT_FDCWD, name, (long) flags, (long) mode);
            return (int) result(returned, captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long pread(int fd, MemorySegment into, long length, long offset) {
        try {
            MemorySegment captured = CAPTURED.get();
            return result((long) PREAD.invokeExact(captured, (long) fd, into, length, offset), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long pwrite(int fd, MemorySegment from, long length, long offset) {
        try {
            MemorySegment captured = CAPTURED.get();
            return result((long) PWRITE.invokeExact(captured, (long) fd, from, length, offset), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
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
        return call(LSEEK, fd, offset, whence, 0);
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
        try {
            MemorySegment captured = CAPTURED.get();
            return result((long) READ.invokeExact(captured, (long) fd, into, length, 0L), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long write(int fd, MemorySegment from, long length) {
        try {
            MemorySegment captured = CAPTURED.get();
            return result((long) WRITE.invokeExact(captured, (long) fd, from, length, 0L), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static AssertionError unexpected(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return new AssertionError("a native call handle threw", e);
    }
}
