package berth.ceph.lib;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * XXH64 with seed 0, which OSDs compute, by libxxhash. Safe for use by several threads.
 *
 * @see <a href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">xxHash fast digest algorithm, XXH64</a>
 */
public final class XxHash64 {
    private static final NativeLibrary LIBRARY = new NativeLibrary("libxxhash.so.0", "libxxhash0");
    private static final NativeFunction HASH = LIBRARY.function("XXH64");

    private XxHash64() {}

    /** Whether the library is there. */
    public static boolean isInstalled() {
        return LIBRARY.isInstalled();
    }

    /**
     * The hash of a part of memory outside of the heap.
     *
     * @param start where it begins
     * @param length in bytes
     * @throws IndexOutOfBoundsException when that is not within the memory
     */
    public static long hash(MemorySegment memory, long start, long length) {
        if (!memory.isNative()) {
            throw new IllegalArgumentException("memory of the heap");
        }
        try {
            return HASH.call(memory.asSlice(start, length).address(), length, 0, 0, 0, 0);
        } finally {
            Reference.reachabilityFence(memory);
        }
    }
}
