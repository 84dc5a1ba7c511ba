package berth.source.qcow;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A qcow2 image made byte by byte, so that every field can be wrong: header in cluster 0, L1 table in cluster 1, and
 * whatever a test puts behind them.
 */
public final class HandmadeImage {
    public static final int CLUSTER_BITS_AT = 20;
    public static final int SIZE_AT = 24;
    public static final int CRYPT_METHOD_AT = 32;
    public static final int L1_ENTRIES_AT = 36;
    public static final int L1_OFFSET_AT = 40;
    public static final int SNAPSHOTS_AT = 60;
    public static final int SNAPSHOTS_OFFSET_AT = 64;
    public static final int INCOMPATIBLE_AT = 72;
    public static final int REFCOUNT_ORDER_AT = 96;
    public static final int HEADER_LENGTH_AT = 100;
    public static final int COMPRESSION_TYPE_AT = 104;
    public static final int BACKING_FORMAT_TYPE = 0xe2792aca;
    public static final int DATA_FILE_TYPE = 0x44415441;
    public static final int FEATURE_NAMES_TYPE = 0x6803f857;

    private static final int HEADER_BYTES = 112;

    private final int clusterBytes;
    private final ByteBuffer bytes;
    private int extensionsEnd = HEADER_BYTES;

    /** A version 3 image with an L1 table of one cluster at most. */
    public HandmadeImage(int clusterBits, long size, int clusters) {
        clusterBytes = 1 << clusterBits;
        bytes = ByteBuffer.allocate(clusters << clusterBits);
        long tableSpan = (long) clusterBytes << (clusterBits - 3);
        put32(0, 0x514649fb);
        put32(4, 3);
        put32(CLUSTER_BITS_AT, clusterBits);
        put64(SIZE_AT, size);
        put32(L1_ENTRIES_AT, (int) ((size + tableSpan - 1) / tableSpan));
        put64(L1_OFFSET_AT, clusterBytes);
        put32(REFCOUNT_ORDER_AT, 4);
        put32(HEADER_LENGTH_AT, HEADER_BYTES);
    }

    /** 1 MiB in clusters of 64 KiB, four of which are free for use behind the L1 table. */
    public static HandmadeImage small() {
        return new HandmadeImage(16, 1 << 20, 6);
    }

    public HandmadeImage put32(int at, int value) {
        bytes.putInt(at, value);
        return this;
    }

    public HandmadeImage put64(int at, long value) {
        bytes.putLong(at, value);
        return this;
    }

    public HandmadeImage put(int at, byte[] value) {
        bytes.put(at, value);
        return this;
    }

    /** Sets an entry of the L1 table. */
    public HandmadeImage l1(int index, long value) {
        return put64(clusterBytes + index * Long.BYTES, value);
    }

    /** Sets an entry of an L2 table of one-word entries in the given cluster of the file. */
    public HandmadeImage l2(int cluster, int index, long value) {
        return put64(cluster * clusterBytes + index * Long.BYTES, value);
    }

    public HandmadeImage version2() {
        return put32(4, 2);
    }

    public HandmadeImage extension(int type, byte[] data) {
        put32(extensionsEnd, type);
        put32(extensionsEnd + 4, data.length);
        put(extensionsEnd + 8, data);
        extensionsEnd += 8 + ((data.length + 7) & -8);
        return this;
    }

    /** Names a backing file; without a format when that is empty. */
    public HandmadeImage backing(String name, String format) {
        if (!format.isEmpty()) {
            extension(BACKING_FORMAT_TYPE, format.getBytes(StandardCharsets.UTF_8));
        }
        byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
        int at = extensionsEnd + 8;
        put64(8, at);
        put32(16, encoded.length);
        return put(at, encoded);
    }

    public byte[] bytes() {
        return bytes.array();
    }

    public Path write(Path file) {
        return write(file, bytes.capacity());
    }

    /** Writes the first bytes only. */
    public Path write(Path file, int length) {
        try {
            return Files.write(file, java.util.Arrays.copyOf(bytes.array(), length));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
