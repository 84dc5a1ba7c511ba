package berth.block;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.ByteOrder;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * Computed by libxxhash, where the system has it: with vector instructions, five times as fast as in Java, and that from the
 * first byte on.
 */
final class NativeXxh3 implements Xxh3 {
    /**
     * The library's functions. Their parameters are pointers and integers and their results fill up to two registers of
     * 64 bits (x86-64 and AArch64 Linux), so one shape does for all of them: where one returns less, nobody looks at the
     * rest. Binding a shape costs some 10 ms.
     */
    @SuppressWarnings("restricted") // the one class that calls this library
    private static final class Library {
        /** Where functions return their results as is said above. */
        private static final Set<String> ARCHITECTURES = Set.of("amd64", "aarch64");

        static final MemoryLayout RESULT = MemoryLayout.structLayout(JAVA_LONG, JAVA_LONG);
        static final Optional<Library> LOADED = load();

        /** Since 0.8.0 XXH3 gives what it gives today. */
        private static final int OLDEST_VERSION = 800;

        private final MethodHandle call =
                Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(RESULT, JAVA_LONG, JAVA_LONG, JAVA_LONG));

        private final MemorySegment version;
        private final MemorySegment createState;
        private final MemorySegment freeState;
        private final MemorySegment reset;
        private final MemorySegment update;
        private final MemorySegment digest;

        private Library(SymbolLookup symbols) {
            version = symbols.findOrThrow("XXH_versionNumber");
            createState = symbols.findOrThrow("XXH3_createState");
            freeState = symbols.findOrThrow("XXH3_freeState");
            reset = symbols.findOrThrow("XXH3_128bits_reset");
            update = symbols.findOrThrow("XXH3_128bits_update");
            digest = symbols.findOrThrow("XXH3_128bits_digest");
        }

        private static Optional<Library> load() {
            if (!ARCHITECTURES.contains(System.getProperty("os.arch"))) {
                return Optional.empty();
            }
            try (Arena arena = Arena.ofConfined()) {
                Library library = new Library(SymbolLookup.libraryLookup("libxxhash.so.0", Arena.global()));
                int version = (int) library.call(library.version, arena.allocate(RESULT), 0, 0, 0);
                return version < OLDEST_VERSION ? Optional.empty() : Optional.of(library);
            } catch (IllegalArgumentException
                    | NoSuchElementException
                    | UnsupportedOperationException
                    | IllegalCallerException _) {
                return Optional.empty();
            }
        }

        /** Calls a function. @return the first half of its result, the lower one of a hash of 128 bits */
        long call(MemorySegment function, MemorySegment result, long a, long b, long c) {
            try {
                SegmentAllocator there = (_, _) -> result;
                MemorySegment returned = (MemorySegment) call.invokeExact(function, there, a, b, c);
                return returned.get(JAVA_LONG, 0);
            } catch (Throwable e) {
                throw e instanceof Error error ? error : new AssertionError("a native call handle threw", e);
            }
        }
    }

    private static final ValueLayout.OfLong NUMBER = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Library library;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment result = arena.allocate(Library.RESULT);
    private final MemorySegment number = arena.allocate(NUMBER);
    private final long state;

    private NativeXxh3(Library library) {
        this.library = library;
        this.state = call(library.createState, 0, 0, 0);
        if (state == 0) {
            throw new OutOfMemoryError("XXH3_createState");
        }
        call(library.reset, state, 0, 0);
    }

    /** Whether the system has the library. */
    static boolean isAvailable() {
        return Library.LOADED.isPresent();
    }

    /** @throws NoSuchElementException when the library {@linkplain #isAvailable is not there} */
    static NativeXxh3 open() {
        return new NativeXxh3(Library.LOADED.orElseThrow());
    }

    private long call(MemorySegment function, long a, long b, long c) {
        return library.call(function, result, a, b, c);
    }

    @Override
    public void add(long value) {
        number.set(NUMBER, 0, value);
        addNative(number);
    }

    @Override
    public void add(MemorySegment bytes) {
        if (bytes.isNative()) {
            addNative(bytes);
            return;
        }
        try (Arena outside = Arena.ofConfined()) {
            addNative(outside.allocate(bytes.byteSize()).copyFrom(bytes));
        }
    }

    private void addNative(MemorySegment bytes) {
        try {
            call(library.update, state, bytes.address(), bytes.byteSize());
        } finally {
            Reference.reachabilityFence(bytes);
        }
    }

    @Override
    public ObjectDigest get() {
        long low = call(library.digest, state, 0, 0);
        return ObjectDigest.of(result.get(JAVA_LONG, Long.BYTES), low);
    }

    @Override
    public void close() {
        call(library.freeState, state, 0, 0);
        arena.close();
    }
}
