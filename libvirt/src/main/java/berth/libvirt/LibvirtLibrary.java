package berth.libvirt;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.block.BlockException;
import berth.block.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/**
 * The C functions of libvirt, called by their names. All that are used here have at most six parameters, each an integer
 * or a pointer: on x86-64 and AArch64 Linux those go in registers of 64 bits, and a function does not mind further ones,
 * so one shape does for all of them. What a function returned as {@code int} is the lower half of the result.
 *
 * <p>libvirt keeps the last error of each thread: it has to be asked for on the thread that made the call.
 */
final class LibvirtLibrary {
    private static final String FILE = "libvirt.so.0";
    private static final int PARAMETERS = 6;
    private static final long MAX_TEXT_BYTES = 16 << 20;
    private static final MethodHandle CALL = bind();

    private static @Nullable SymbolLookup library;

    private LibvirtLibrary() {}

    /** Calls a function. @throws BlockException {@link Problem#UNSUPPORTED} when libvirt or the function is missing */
    static long call(String function, long... arguments) {
        MemorySegment address = library()
                .find(function)
                .orElseThrow(() -> new BlockException(
                        Problem.UNSUPPORTED, FILE + " has no function " + function + "; a newer libvirt is needed"));
        return invoke(address, Arrays.copyOf(arguments, PARAMETERS));
    }

    /** Gives back memory that libvirt handed over. */
    static void free(long pointer) {
        MemorySegment free = Linker.nativeLinker().defaultLookup().find("free").orElseThrow();
        invoke(free, Arrays.copyOf(new long[] {pointer}, PARAMETERS));
    }

    /** The text at an address. */
    @SuppressWarnings("restricted") // C gives a pointer without a length
    static String text(long pointer) {
        return MemorySegment.ofAddress(pointer).reinterpret(MAX_TEXT_BYTES).getString(0, StandardCharsets.UTF_8);
    }

    /** Whether the last failure of this thread was that there is no such domain or secret. */
    static boolean saysAbsent() {
        LibvirtError error = LibvirtError.of((int) call("virGetLastErrorCode"));
        return error == LibvirtError.NO_DOMAIN || error == LibvirtError.NO_SECRET;
    }

    /**
     * The last failure of this thread.
     *
     * @param what was not possible
     * @param connected whether there was a connection; without one, nobody answered
     */
    static BlockException failure(String what, boolean connected) {
        LibvirtError error = LibvirtError.of((int) call("virGetLastErrorCode"));
        Problem problem = connected || error.problem() == Problem.ACCESS_DENIED ? error.problem() : Problem.UNREACHABLE;
        return new BlockException(problem, what + ": " + text(call("virGetLastErrorMessage")));
    }

    private static long invoke(MemorySegment address, long[] a) {
        try {
            return (long) CALL.invokeExact(address, a[0], a[1], a[2], a[3], a[4], a[5]);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a native call handle threw", e);
        }
    }

    @SuppressWarnings("restricted") // calling native code is what this class is for
    private static MethodHandle bind() {
        MemoryLayout[] types = Collections.nCopies(PARAMETERS, JAVA_LONG).toArray(MemoryLayout[]::new);
        return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_LONG, types));
    }

    private static synchronized SymbolLookup library() {
        SymbolLookup loaded = library;
        if (loaded == null) {
            loaded = load();
            MemorySegment setErrorFunction = loaded.find("virSetErrorFunc").orElseThrow();
            invoke(setErrorFunction, Arrays.copyOf(new long[] {0, silence()}, PARAMETERS));
            library = loaded;
        }
        return loaded;
    }

    @SuppressWarnings("restricted") // loading native code is what this class is for
    private static SymbolLookup load() {
        try {
            return SymbolLookup.libraryLookup(FILE, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new BlockException(
                    Problem.UNSUPPORTED,
                    "libvirt cannot be asked because " + FILE
                            + " is not installed; install the package libvirt0 (apt-get install libvirt0)",
                    e);
        }
    }

    /** The address of {@link #ignore}; without it libvirt prints each error to the standard error stream. */
    @SuppressWarnings("restricted") // native code is to call it
    private static long silence() {
        MethodType type = MethodType.methodType(void.class, long.class, long.class);
        try {
            return Linker.nativeLinker()
                    .upcallStub(
                            MethodHandles.lookup().findStatic(LibvirtLibrary.class, "ignore", type),
                            FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG),
                            Arena.global())
                    .address();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("ignore", e);
        }
    }

    /** {@code void (void *userData, virErrorPtr error)}. */
    @SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // found by its name
    private static void ignore(long userData, long error) {
        // The failure of the call says it.
    }
}
