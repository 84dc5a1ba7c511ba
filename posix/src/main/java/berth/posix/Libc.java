package berth.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * The bindings to the C library. Every method returns what the call returned, or the negated errno when it
 * failed, and retries nothing.
 *
 * <p>x86-64 and AArch64 Linux: {@code off_t} and {@code size_t} are 64 bits wide.
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

    private static final MethodHandle OPEN =
            variadic("open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE = bind("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle PREAD =
            bind("pread", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle PWRITE =
            bind("pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FDATASYNC = bind("fdatasync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle FSYNC = bind("fsync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle FTRUNCATE =
            bind("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle FALLOCATE =
            bind("fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle LSEEK =
            bind("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final MethodHandle FCNTL =
            variadic("fcntl", 2, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle FLOCK = bind("flock", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    private Libc() {}

    private static MethodHandle bind(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, CAPTURE);
    }

    private static MethodHandle variadic(String name, int fixed, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), descriptor, CAPTURE, Linker.Option.firstVariadicArg(fixed));
    }

    private static long result(long returned, MemorySegment captured) {
        return returned >= 0 ? returned : -(int) ERRNO.get(captured, 0L);
    }

    static int open(String path, int flags, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment captured = CAPTURED.get();
            MemorySegment name = arena.allocateFrom(path, StandardCharsets.UTF_8);
            return (int) result((int) OPEN.invokeExact(captured, name, flags, mode), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int close(int fd) {
        try {
            MemorySegment captured = CAPTURED.get();
            return (int) result((int) CLOSE.invokeExact(captured, fd), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long pread(int fd, MemorySegment into, long length, long offset) {
        try {
            MemorySegment captured = CAPTURED.get();
            return result((long) PREAD.invokeExact(captured, fd, into, length, offset), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long pwrite(int fd, MemorySegment from, long length, long offset) {
        try {
            MemorySegment captured = CAPTURED.get();
            return result((long) PWRITE.invokeExact(captured, fd, from, length, offset), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int fdatasync(int fd) {
        try {
            MemorySegment captured = CAPTURED.get();
            return (int) result((int) FDATASYNC.invokeExact(captured, fd), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int fsync(int fd) {
        try {
            MemorySegment captured = CAPTURED.get();
            return (int) result((int) FSYNC.invokeExact(captured, fd), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int ftruncate(int fd, long length) {
        try {
            MemorySegment captured = CAPTURED.get();
            return (int) result((int) FTRUNCATE.invokeExact(captured, fd, length), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int fallocate(int fd, int mode, long offset, long length) {
        try {
            MemorySegment captured = CAPTURED.get();
            return (int) result((int) FALLOCATE.invokeExact(captured, fd, mode, offset, length), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static long lseek(int fd, long offset, int whence) {
        try {
            MemorySegment captured = CAPTURED.get();
            return result((long) LSEEK.invokeExact(captured, fd, offset, whence), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int fcntl(int fd, int command, MemorySegment argument) {
        try {
            MemorySegment captured = CAPTURED.get();
            return (int) result((int) FCNTL.invokeExact(captured, fd, command, argument), captured);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static int flock(int fd, int operation) {
        try {
            MemorySegment captured = CAPTURED.get();
            return (int) result((int) FLOCK.invokeExact(captured, fd, operation), captured);
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
