package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * How librbd gives an array of structures of unknown number: it says ERANGE and how many there are, until the array is
 * large enough; what it then allocated for their strings has to be given back.
 *
 * @param function the function that lists
 * @param elementBytes the size of a structure
 * @param reader makes an element of a structure
 */
record NativeList<T>(NativeFunction function, long elementBytes, Function<MemorySegment, T> reader) {
    private static final long FIRST = 64;
    private static final long MOST = 16 << 20;

    /** A call of the function; it takes the array and the place of the number, and gives a result. */
    @FunctionalInterface
    interface Call {
        int into(long array, long count);
    }

    /** Gives back what the function has allocated. */
    @FunctionalInterface
    interface Cleanup {
        void of(long array, long count);
    }

    /** Lists, where the function puts the number of elements. */
    List<T> list(Call call, Cleanup cleanup) {
        return list(call, cleanup, false);
    }

    /** Lists, where the function returns the number of elements. */
    List<T> listCounted(Call call, Cleanup cleanup) {
        return list(call, cleanup, true);
    }

    private List<T> list(Call call, Cleanup cleanup, boolean returnsCount) {
        long capacity = FIRST;
        while (true) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment array = arena.allocate(capacity * elementBytes, Long.BYTES);
                MemorySegment count = arena.allocateFrom(JAVA_LONG, capacity);
                int result = call.into(array.address(), count.address());
                if (!NativeFunction.needsMore(result)) {
                    function.checked(result);
                    return read(array, returnsCount ? result : count.get(JAVA_INT, 0), cleanup);
                }
                if (capacity >= MOST) {
                    throw function.failure(-result);
                }
                capacity = Math.min(MOST, Math.max(2 * capacity, Integer.toUnsignedLong(count.get(JAVA_INT, 0)) + 1));
            }
        }
    }

    private List<T> read(MemorySegment array, int count, Cleanup cleanup) {
        try {
            List<T> elements = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                elements.add(reader.apply(array.asSlice(i * elementBytes, elementBytes)));
            }
            return elements;
        } finally {
            cleanup.of(array.address(), count);
        }
    }
}
