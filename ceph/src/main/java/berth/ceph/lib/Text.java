package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** C strings, and the way in which the libraries give text of unknown length. */
final class Text {
    /** No text that a library gives is longer; image metadata may hold this much. */
    static final long MAX_BYTES = 64 << 20;

    private static final long FIRST_BYTES = 4096;

    /** A call that fills memory of a size; when that is too small, it says ERANGE and puts the size it needs. */
    @FunctionalInterface
    interface Filling {
        int fill(long bytes, long sizeInOut);
    }

    private Text() {}

    /** The string that a pointer in memory points to; empty for a null pointer. */
    static String pointedTo(MemorySegment memory, long offset) {
        return at(memory.get(ADDRESS, offset));
    }

    /** The string at an address; empty for a null pointer. */
    @SuppressWarnings("restricted") // C gives a pointer without a length
    static String at(MemorySegment pointer) {
        return pointer.address() == 0 ? "" : pointer.reinterpret(MAX_BYTES).getString(0, StandardCharsets.UTF_8);
    }

    /** The text of a length at an address. */
    @SuppressWarnings("restricted") // C gives pointer and length apart
    static String sized(MemorySegment pointer, long bytes) {
        return new String(pointer.reinterpret(bytes).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** The strings, each with a zero byte after it, up to the first empty one. */
    static List<String> untilEmpty(MemorySegment memory, long bytes) {
        return split(memory, bytes).stream().takeWhile(text -> !text.isEmpty()).toList();
    }

    /** The text that a function gives, with memory as large as it takes. @throws NativeFailure for any other error */
    static String filled(NativeFunction function, Filling call) {
        return filled(function, call, (memory, bytes) -> memory.getString(0, StandardCharsets.UTF_8));
    }

    /** The strings, each with a zero byte after it, that a function gives. @throws NativeFailure for any other error */
    static List<String> strings(NativeFunction function, Filling call) {
        return filled(function, call, Text::split);
    }

    private static <T> T filled(NativeFunction function, Filling call, BiFunction<MemorySegment, Long, T> reader) {
        long bytes = FIRST_BYTES;
        while (true) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment memory = arena.allocate(bytes);
                MemorySegment size = arena.allocateFrom(JAVA_LONG, bytes);
                int result = call.fill(memory.address(), size.address());
                long needed = size.get(JAVA_LONG, 0);
                if (!NativeFunction.needsMore(result)) {
                    function.checked(result);
                    return reader.apply(memory, Math.min(bytes, needed));
                }
                if (bytes >= MAX_BYTES) {
                    throw function.failure(-result);
                }
                bytes = Math.min(MAX_BYTES, Math.max(needed + 1, 2 * bytes));
            }
        }
    }

    /** The strings in memory, each with a zero byte after it. */
    static List<String> split(MemorySegment memory, long bytes) {
        List<String> strings = new ArrayList<>();
        long at = 0;
        while (at < bytes) {
            String next = memory.getString(at, StandardCharsets.UTF_8);
            strings.add(next);
            at += next.getBytes(StandardCharsets.UTF_8).length + 1L;
        }
        return strings;
    }
}
