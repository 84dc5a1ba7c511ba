package berth.ceph;

import berth.block.Layout;
import berth.block.ObjectBuffer;
import berth.block.ObjectHasher;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.NativeFailure;
import berth.ceph.lib.RbdImage;
import berth.posix.Errno;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Compares the objects of an image with what was written to them: the OSDs compute a hash of 64 bits for each block that
 * they hold, from what they read of their disks, and only the hashes travel. An object's checksum, of 64 bits, too, is
 * made of those of all its blocks. Librbd must have nothing that is not written yet. Safe for use by several threads.
 */
final class StoredChecksums implements AutoCloseable {
    private static final int BLOCK_BYTES = ObjectHasher.BLOCK_BYTES;
    private static final long ZERO_BLOCK = XxHash64.hash(new long[BLOCK_BYTES / Long.BYTES]);
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

    /** Whether an image is such that its objects can be compared. */
    static boolean isPlain(RbdImage image) {
        Layout layout = image.layout();
        return layout.objectBytes() == ObjectBuffer.BYTES
                && layout.stripeCount() == 1
                && image.blockNamePrefix().startsWith("rbd_data."); // Else the numbers in names are of another form.
    }

    /**
     * The checksum that an object has when it holds certain bytes.
     *
     * @param bytes those, normalized
     * @param length how many bytes of it belong to the disk
     * @return {@link DigestLog#NO_CHECKSUM} when OSDs could not tell it, for the disk ends within a block
     */
    static long expected(ObjectBuffer bytes, int length) {
        if (length == 0 || length % BLOCK_BYTES != 0) {
            return DigestLog.NO_CHECKSUM;
        }
        MemorySegment memory = MemorySegment.ofBuffer(bytes.slice(0, length));
        long[] block = new long[BLOCK_BYTES / Long.BYTES];
        long[] hashes = new long[length / BLOCK_BYTES];
        for (int i = 0; i < hashes.length; i++) {
            if (bytes.isPresent(i)) {
                MemorySegment.copy(memory, XxHash64.LANE, (long) i * BLOCK_BYTES, block, 0, block.length);
                hashes[i] = XxHash64.hash(block);
            } else {
                hashes[i] = ZERO_BLOCK;
            }
        }
        return checksum(hashes);
    }

    /** Of the blocks up to an object's end; what lies behind is zero. */
    private static long checksum(long[] blocks) {
        long[] all = Arrays.copyOf(blocks, ObjectBuffer.BYTES / BLOCK_BYTES);
        Arrays.fill(all, blocks.length, all.length, ZERO_BLOCK);
        long hash = XxHash64.hash(all);
        return hash == DigestLog.NO_CHECKSUM ? 1 : hash;
    }

    /**
     * Whether an object is known to have a checksum.
     *
     * @param length how many bytes of it belong to the disk, whole blocks
     * @return false also when that cannot be told
     */
    boolean match(long object, int length, long checksum) {
        String name = String.format(Locale.ROOT, "%s.%016x", prefix, object);
        Optional<long[]> told = connection.run(task, _ -> ask(name, length / BLOCK_BYTES));
        return told.isPresent() && checksum(told.get()) == checksum;
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

    /** Nobody uses it any more. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            context.close();
        }
    }
}
