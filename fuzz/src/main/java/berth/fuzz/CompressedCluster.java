package berth.fuzz;

import berth.block.BlockException;
import berth.block.Problem;
import berth.source.qcow.QcowCache;
import berth.source.qcow.QcowHeader;
import berth.source.qcow.QcowImage;
import berth.source.qcow.QcowReader;
import berth.source.stream.Stream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A sound qcow2 image of one cluster, which is compressed: the input is what the cluster is stored as. */
final class CompressedCluster {
    private static final Promise PROMISE = Promise.of(1 << 20, Problem.CORRUPT);
    private static final int CLUSTER_BITS = 12;
    private static final int CLUSTER_BYTES = 1 << CLUSTER_BITS;
    private static final int SECTOR_BYTES = 512;
    private static final int DATA_AT = 3 * CLUSTER_BYTES;
    /** What an L2 entry can express. */
    private static final int MAX_STORED_BYTES = SECTOR_BYTES << (CLUSTER_BITS - 8);

    private static final ByteBuffer DIRECT = ByteBuffer.allocateDirect(CLUSTER_BYTES);

    private CompressedCluster() {}

    /** Reads the cluster as a whole, and byte by byte from the cache; both give the same. */
    static void use(byte[] input, boolean zstd) {
        byte[] stored = Arrays.copyOf(input, Math.clamp(input.length, 1, MAX_STORED_BYTES));
        PROMISE.hold(() -> {
            Stream file = new MemoryStream(image(stored, zstd));
            try (QcowImage image = new QcowImage(file, QcowHeader.read(file), Optional.empty(), new QcowCache())) {
                compare(image.head(Optional.empty()));
            }
        });
    }

    private static void compare(QcowReader disk) {
        byte[] whole = read(disk, 0, DIRECT.clear());
        byte[] part = read(disk, 1, ByteBuffer.allocate(CLUSTER_BYTES - 1));
        if (whole == null || part == null) {
            if (whole != null || part != null) {
                throw new BrokenPromise("the cluster is damaged only when it is read in one way");
            }
        } else if (!Arrays.equals(whole, 1, CLUSTER_BYTES, part, 0, CLUSTER_BYTES - 1)) {
            throw new BrokenPromise("the cluster differs with the way it is read");
        }
    }

    private static byte @Nullable [] read(QcowReader disk, long offset, ByteBuffer into) {
        try {
            disk.read(offset, into);
        } catch (BlockException e) {
            if (e.problem() != Problem.CORRUPT) {
                throw e;
            }
            return null;
        }
        byte[] bytes = new byte[into.flip().remaining()];
        into.get(bytes);
        return bytes;
    }

    /** The numbers are the field offsets of the qcow2 specification. */
    private static byte[] image(byte[] stored, boolean zstd) {
        long sectors = Math.ceilDiv(stored.length, SECTOR_BYTES);
        return ByteBuffer.allocate(DATA_AT + stored.length)
                .putInt(0, 0x514649fb)
                .putInt(4, 3)
                .putInt(20, CLUSTER_BITS)
                .putLong(24, CLUSTER_BYTES)
                .putInt(36, 1)
                .putLong(40, CLUSTER_BYTES)
                .putLong(72, zstd ? 1 << 3 : 0)
                .putInt(96, 4)
                .putInt(100, 112)
                .put(104, (byte) (zstd ? 1 : 0))
                .putLong(CLUSTER_BYTES, 2 * CLUSTER_BYTES)
                .putLong(2 * CLUSTER_BYTES, 1L << 62 | (sectors - 1) << (62 - (CLUSTER_BITS - 8)) | DATA_AT)
                .put(DATA_AT, stored)
                .array();
    }
}
