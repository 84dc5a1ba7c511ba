package berth.ceph.lib;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.posix.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.Predicate;

/** An open pool, in one of its namespaces ({@code rados_ioctx_t}). Images opened through it outlive it. */
public final class IoContext implements AutoCloseable {
    /** Stands for the objects of all namespaces. */
    public static final String ALL_NAMESPACES = "\u0001";

    private static final int FIRST_RESULT_BYTES = 1 << 14;
    /** The most that a method of an object class may give: image metadata are the largest. */
    private static final int MAX_RESULT_BYTES = 1 << 26;

    /** {@code LIBRADOS_CHECKSUM_TYPE_XXHASH64} of rados/librados.h; the answer is the number of hashes, and they. */
    private static final long CHECKSUM_XXHASH64 = 1;

    private static final ValueLayout.OfInt COUNT = JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong HASH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final long handle;

    private IoContext(long handle) {
        this.handle = handle;
    }

    /** Takes over what librados has opened. */
    static IoContext opened(long handle, String namespace) {
        IoContext context = new IoContext(handle);
        context.setNamespace(namespace);
        return context;
    }

    long handle() {
        return handle;
    }

    /** Moves to another namespace. */
    public void setNamespace(String namespace) {
        try (Arena arena = Arena.ofConfined()) {
            Rados.IOCTX_SET_NAMESPACE.call(handle, arena.allocateFrom(namespace).address());
        }
    }

    /** Whether a write to a full pool is tried, and fails, instead of waiting for space. */
    public void setFullTry(boolean fullTry) {
        (fullTry ? Rados.SET_FULL_TRY : Rados.UNSET_FULL_TRY).call(handle);
    }

    /** Whether there is an object, in the namespace or in all of them, whose name the condition holds for. */
    public boolean anyObject(Predicate<String> condition) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS, 3);
            Rados.OBJECTS_OPEN.check(handle, out.address());
            long list = out.get(JAVA_LONG, 0);
            try {
                while (true) {
                    int result = Rados.OBJECTS_NEXT.callInt(list, out.address() + 8, 0, 0);
                    if (result == -Errno.ENOENT.number()) {
                        return false;
                    }
                    Rados.OBJECTS_NEXT.checked(result);
                    if (condition.test(Text.pointedTo(out, 8))) {
                        return true;
                    }
                }
            } finally {
                Rados.OBJECTS_CLOSE.call(list);
            }
        }
    }

    /**
     * Calls a method of an object class on an object.
     *
     * @param input what the method takes, in Ceph's encoding
     * @return what it gives
     */
    byte[] execute(String object, String objectClass, String method, byte[] input) {
        int bytes = FIRST_RESULT_BYTES;
        while (true) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment output = arena.allocate(bytes);
                int result = Rados.EXEC.callInt(
                        handle,
                        arena.allocateFrom(object).address(),
                        arena.allocateFrom(objectClass).address(),
                        arena.allocateFrom(method).address(),
                        arena.allocateFrom(JAVA_BYTE, input).address(),
                        input.length,
                        output.address(),
                        bytes);
                if (!NativeFunction.needsMore(result) || bytes >= MAX_RESULT_BYTES) {
                    return output.asSlice(0, Rados.EXEC.checked(result)).toArray(JAVA_BYTE);
                }
                bytes *= 8;
            }
        }
    }

    /**
     * Calls a method of an object class that changes an object, and does not make one that is not there: that fails with
     * ENOENT.
     *
     * @param input what the method takes, in Ceph's encoding
     */
    void change(String object, String objectClass, String method, byte[] input) {
        long operation = Rados.CREATE_WRITE_OP.call();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment result = arena.allocate(JAVA_INT);
            Rados.WRITE_OP_ASSERT_EXISTS.call(operation);
            Rados.WRITE_OP_EXEC.call(
                    operation,
                    arena.allocateFrom(objectClass).address(),
                    arena.allocateFrom(method).address(),
                    arena.allocateFrom(JAVA_BYTE, input).address(),
                    input.length,
                    result.address());
            Rados.WRITE_OP_OPERATE.check(
                    operation, handle, arena.allocateFrom(object).address(), 0, 0);
            Rados.WRITE_OP_EXEC.checked(result.get(JAVA_INT, 0));
        } finally {
            Rados.RELEASE_WRITE_OP.call(operation);
        }
    }

    /**
     * Reads from an object.
     *
     * @return how many bytes there were; 0 also when there is no such object
     */
    public int read(String object, long offset, MemorySegment into) {
        try (Arena arena = Arena.ofConfined()) {
            int result = Rados.READ.callInt(
                    handle, arena.allocateFrom(object).address(), into.address(), into.byteSize(), offset);
            return result == -Errno.ENOENT.number() ? 0 : Rados.READ.checked(result);
        }
    }

    /** Reads from objects as they were at a snapshot from now on. */
    public void setSnapshot(long id) {
        Rados.SNAP_SET_READ.call(handle, id);
    }

    /**
     * Has the OSD compute what XXH64 with seed 0 gives for each block of an object, which does not leave it. Fails with
     * ENOENT when there is no such object, with EINVAL when it ends within a block.
     *
     * @param blocks for how many blocks, from the object's first on; at least 1
     * @return the hashes of the blocks up to the object's end
     */
    public long[] checksums(String object, int blocks, int blockBytes) {
        long operation = Rados.CREATE_READ_OP.call();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment seed = arena.allocate(JAVA_LONG);
            long most = Integer.BYTES + (long) blocks * Long.BYTES;
            MemorySegment answer = arena.allocate(most);
            MemorySegment result = arena.allocate(JAVA_INT);
            Rados.READ_OP_CHECKSUM.call(
                    operation,
                    CHECKSUM_XXHASH64,
                    seed.address(),
                    seed.byteSize(),
                    0,
                    (long) blocks * blockBytes,
                    blockBytes,
                    answer.address(),
                    most,
                    result.address());
            Rados.READ_OP_OPERATE.check(
                    operation, handle, arena.allocateFrom(object).address(), 0);
            Rados.READ_OP_CHECKSUM.checked(result.get(JAVA_INT, 0));
            int count = Math.clamp(answer.get(COUNT, 0), 0, blocks);
            return answer.asSlice(Integer.BYTES, (long) count * Long.BYTES).toArray(HASH);
        } finally {
            Rados.RELEASE_READ_OP.call(operation);
        }
    }

    /** Writes to an object, which is made when it is not there; durable when this returns. */
    public void write(String object, long offset, MemorySegment from) {
        try (Arena arena = Arena.ofConfined()) {
            Rados.WRITE.check(handle, arena.allocateFrom(object).address(), from.address(), from.byteSize(), offset);
        }
    }

    /** Removes an object if it is there. */
    public void remove(String object) {
        try (Arena arena = Arena.ofConfined()) {
            int result = Rados.REMOVE.callInt(handle, arena.allocateFrom(object).address());
            if (result != -Errno.ENOENT.number()) {
                Rados.REMOVE.checked(result);
            }
        }
    }

    @Override
    public void close() {
        Rados.IOCTX_DESTROY.call(handle);
    }
}
