package berth.block;

import java.lang.foreign.MemorySegment;

/**
 * XXH3-128, with its default secret, of numbers and bytes that are added one after another. Not for use by several threads.
 *
 * @see <a href="https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md">xxHash fast digest algorithm, XXH3</a>
 */
interface Xxh3 extends AutoCloseable {
    /** One that nothing was added to yet. */
    static Xxh3 open() {
        return NativeXxh3.isAvailable() ? NativeXxh3.open() : new JavaXxh3();
    }

    /** Adds a number of 64 bits, little-endian. */
    void add(long value);

    /** Adds all of a segment. */
    void add(MemorySegment bytes);

    /** The hash of what was added so far. */
    ObjectDigest get();

    @Override
    void close();
}
