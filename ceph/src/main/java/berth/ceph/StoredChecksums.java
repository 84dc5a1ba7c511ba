package berth.ceph;

import berth.block.Layout;
import berth.block.ObjectBuffer;
import berth.block.ObjectHasher;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.NativeFailure;
import berth.ceph.lib.RbdImage;
import berth.posix.Errno;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Compares the objects of an image with bytes at hand: the OSDs compute a hash of 64 bits for each block that they hold,
 * from what they read of their disks, and only the hashes travel. Librbd must have nothing that is not written yet. Safe
 * for use by several threads.
 */
final class StoredChecksums implements AutoCloseable {
    private static final int BLOCK_BYTES = ObjectHasher.BLOCK_BYTES;
    private static final long ZERO_BLOCK = XxHash64.hash(MemorySegment.ofArray(new byte[BLOCK_BYTES]), 0, BLOCK_BYTES);
    /** No such object, or one that ends within a block, or a pool that cannot do it: reading tells. */
    private static final Set<Errno> UNKNOWN = EnumSet.of(Errno.ENOENT, Errno.EINVAL, Errno.EOPNOTSUPP);

    private final Connection connection;
    private final Task task;
    private final IoContext context;
    private final String prefix;
    private boolean closed;

    private StoredChecksums(Connection connection, Task task, IoContext context, String prefix) {
        this.connection = connection;
        this.task = task;
        this.context = context;
        this.prefix = prefix;
    }

    /**
     * For an image whose objects hold {@link ObjectBuffer#BYTES} of the disk one after the other; empty for all others.
     *
     * @param snapshot the id of the snapshot to look at
     */
    static Optional<StoredChecksums> of(Connection connection, Handle handle, OptionalLong snapshot) {
        Task task = Task.image(
                "comparing checksums of an image in pool '" + handle.pool() + "'",
                handle.pool().toString());
        if (!handle.call(task, StoredChecksums::isPlain)) {
            return Optional.empty();
        }
        String prefix = handle.call(task, RbdImage::blockNamePrefix);
        long dataPool = handle.call(task, RbdImage::dataPoolId);
        IoContext context = connection.run(
                task, cluster -> cluster.open(dataPool, handle.pool().namespace()));
        snapshot.ifPresent(context::setSnapshot);
        return Optional.of(new StoredChecksums(connection, task, context, prefix));
    }

    private static boolean isPlain(RbdImage image) {
        Layout layout = image.layout();
        return layout.objectBytes() == ObjectBuffer.BYTES
                && layout.stripeCount() == 1
                && image.blockNamePrefix().startsWith("rbd_data."); // Else the numbers in names are of another form.
    }

    /**
     * Whether an object is known to hold certain bytes.
     *
     * @param length how many bytes of it belong to the disk
     * @param bytes those, normalized
     * @return false also when that cannot be told
     */
    boolean match(long object, int length, ObjectBuffer bytes) {
        if (length == 0 || length % BLOCK_BYTES != 0) {
            return false;
        }
        int blocks = length / BLOCK_BYTES;
        String name = String.format(Locale.ROOT, "%s.%016x", prefix, object);
        Optional<long[]> told = connection.run(task, _ -> ask(name, blocks));
        return told.isPresent() && equal(told.get(), blocks, length, bytes);
    }

    private Optional<long[]> ask(String name, int blocks) {
        try {
            return Optional.of(context.checksums(name, blocks, BLOCK_BYTES));
        } catch (NativeFailure e) {
            if (UNKNOWN.contains(e.errno())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean equal(long[] stored, int blocks, int length, ObjectBuffer bytes) {
        MemorySegment memory = MemorySegment.ofBuffer(bytes.slice(0, length));
        for (int block = 0; block < blocks; block++) {
            long expected = bytes.isPresent(block)
                    ? XxHash64.hash(memory, (long) block * BLOCK_BYTES, BLOCK_BYTES)
                    : ZERO_BLOCK;
            // What lies behind the object's end is zero.
            if (expected != (block < stored.length ? stored[block] : ZERO_BLOCK)) {
                return false;
            }
        }
        return true;
    }

    /** Nobody uses it any more. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            context.close();
        }
    }
}
