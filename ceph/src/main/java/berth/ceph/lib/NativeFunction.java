package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.posix.Errno;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/**
 * A C function whose parameters are integers and pointers. Pointers are passed as addresses; the caller keeps what they
 * point to alive.
 *
 * <p>On x86-64 and AArch64 Linux such parameters go in registers of 64 bits, then on the stack in places of 64 bits that
 * the caller clears, so a function does not mind further ones. Therefore two shapes do for all functions; binding one
 * costs some 10 ms, and the functions' own types would make dozens.
 */
final class NativeFunction {
    private static final int FEW = 6;
    private static final int MANY = 10;

    private static final MethodHandle CALL_WITH_FEW = bind(FEW);

    /** Bound when first needed. */
    private static final class Wide {
        private static final MethodHandle CALL_WITH_MANY = bind(MANY);
    }

    private final NativeLibrary library;
    private final String name;
    /** Found at the first call; several threads may find the same. */
    private volatile @Nullable MemorySegment address;

    NativeFunction(NativeLibrary library, String name) {
        this.library = library;
        this.name = name;
    }

    @SuppressWarnings("restricted") // calling native code is what this class is for
    private static MethodHandle bind(int parameters) {
        MemoryLayout[] types = Collections.nCopies(parameters, JAVA_LONG).toArray(MemoryLayout[]::new);
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_LONG, types));
    }

    private MemorySegment address() {
        MemorySegment found = address;
        if (found == null) {
            found = library.address(name);
            address = found;
        }
        return found;
    }

    /** Calls the function; a result that is an {@code int} fills the lower half only. */
    long call(long a, long b, long c, long d, long e, long f) {
        try {
            return (long) CALL_WITH_FEW.invokeExact(address(), a, b, c, d, e, f);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** Calls the function with up to ten arguments. */
    long call(long... arguments) {
        if (arguments.length > FEW) {
            return callWithMany(Arrays.copyOf(arguments, MANY));
        }
        long[] all = Arrays.copyOf(arguments, FEW);
        return call(all[0], all[1], all[2], all[3], all[4], all[5]);
    }

    private long callWithMany(long[] a) {
        try {
            return (long) Wide.CALL_WITH_MANY.invokeExact(
                    address(), a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9]);
        } catch (Throwable failure) {
            throw unexpected(failure);
        }
    }

    /** Calls a function that returns an {@code int}. */
    int callInt(long... arguments) {
        return (int) call(arguments);
    }

    /** Calls a function that returns an {@code int}, negative for an error. @throws NativeFailure for an error */
    int check(long... arguments) {
        return checked(callInt(arguments));
    }

    /** @throws NativeFailure when the result of a call is an error number */
    int checked(int result) {
        if (result < 0) {
            throw failure(-result);
        }
        return result;
    }

    /** A failure of this function. */
    NativeFailure failure(int number) {
        return new NativeFailure(name, number);
    }

    /** Whether the result says that the caller's memory is too small. */
    static boolean needsMore(int result) {
        return result == -Errno.ERANGE.number();
    }

    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof RuntimeException failure) {
            return failure;
        }
        throw e instanceof Error error ? error : new AssertionError("a native call handle threw", e);
    }
}
