package berth.ceph;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import berth.block.Layout;
import berth.block.ObjectBuffer;
import berth.block.ObjectHasher;
import berth.block.Zeroes;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.NativeFailure;
import berth.ceph.lib.RbdImage;
import berth.ceph.lib.XxHash64;
import berth.posix.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
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
    private static final ValueLayout.OfLong LANE = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    /** No such object, or one that ends within a block, or a pool that cannot do it: reading tells. */
    private static final Set<Errno> UNKNOWN = EnumSet.of(Errno.ENOENT, Errno.EINVAL, Errno.EOPNOTSUPP);

    /** Computed when it is first needed, for the library may be missing. */
    private static final class ZeroBlock {
        static final long HASH = XxHash64.hash(Zeroes.segment(BLOCK_BYTES), 0, BLOCK_BYTES);
    }

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
     * For an image whose objects hold {@link ObjectBuffer#BYTES} of the disk one after the other, where libxxhash is
     * installed; empty otherwise.
     *
     * @param snapshot the id of the snapshot to look at
     */
    static Optional<StoredChecksums> of(Connection connection, Handle handle, OptionalLong snapshot) {
        Task task = Task.image(
                "comparing checksums of an image in pool '" + handle.pool() + "'",
                handle.pool().toString());
        if (!handle.call(task, StoredChecksums::canTell)) {
            return Optional.empty();
        }
        String prefix = handle.call(task, RbdImage::blockNamePrefix);
        long dataPool = handle.call(task, RbdImage::dataPoolId);
        IoContext context = connection.run(
                task, cluster -> cluster.open(dataPool, handle.pool().namespace()));
        snapshot.ifPresent(context::setSnapshot);
        return Optional.of(new StoredChecksums(connection, task, context, prefix));
    }

    /** Whether an image is such that its objects can be compared, and the hash can be computed here. */
    static boolean canTell(RbdImage image) {
        Layout layout = image.layout();
        return XxHash64.isInstalled()
                && layout.objectBytes() == ObjectBuffer.BYTES
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
        long[] hashes = new long[length / BLOCK_BYTES];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] =
                    bytes.isPresent(i) ? XxHash64.hash(memory, (long) i * BLOCK_BYTES, BLOCK_BYTES) : ZeroBlock.HASH;
        }
        return checksum(hashes);
    }

    /** Of the hashes of the blocks up to an object's end; what lies behind is zero. */
    private static long checksum(long[] blocks) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment all = arena.allocate(JAVA_LONG, ObjectBuffer.BYTES / BLOCK_BYTES);
            for (int i = 0; i < ObjectBuffer.BYTES / BLOCK_BYTES; i++) {
                all.setAtIndex(LANE, i, i < blocks.length ? blocks[i] : ZeroBlock.HASH);
            }
            long checksum = XxHash64.hash(all, 0, all.byteSize());
            return checksum == DigestLog.NO_CHECKSUM ? 1 : checksum;
        }
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
