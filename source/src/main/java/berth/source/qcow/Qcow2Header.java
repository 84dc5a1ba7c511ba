package berth.source.qcow;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The header of an image of version 2 or 3.
 *
 * @param version 2 or 3
 * @param clusterBits binary logarithm of the cluster size in bytes: 9 to 21
 * @param size the size of the disk in bytes
 * @param l1Offset where the active L1 table is
 * @param l1Entries how many entries it has
 * @param snapshots how many internal snapshots there are
 * @param snapshotsOffset where their table is
 * @param features what else the image uses
 * @param extensions what the header extensions say
 * @param backingName the backing file's name, as it is in the image
 */
record Qcow2Header(
        int version,
        int clusterBits,
        long size,
        long l1Offset,
        int l1Entries,
        int snapshots,
        long snapshotsOffset,
        Features features,
        HeaderExtensions extensions,
        Optional<String> backingName)
        implements QcowHeader {

    /**
     * The features that change how the image is read.
     *
     * @param externalData whether clusters are in an external data file
     * @param zstd whether compressed clusters are zstd's, not zlib's
     * @param extendedL2 whether clusters have subclusters
     */
    record Features(boolean externalData, boolean zstd, boolean extendedL2) {}

    /** 32 MiB, as in QEMU. */
    static final int MAX_L1_ENTRIES = (32 << 20) / Long.BYTES;

    private static final int MAX_SNAPSHOTS = 65536;
    private static final int V2_BYTES = 72;
    private static final int V3_MIN_BYTES = 104;
    private static final int MIN_CLUSTER_BITS = 9;
    private static final int MAX_CLUSTER_BITS = 21;
    private static final int MIN_EXTENDED_CLUSTER_BITS = 14;
    private static final int CORRUPT_BIT = 1;
    private static final int EXTERNAL_DATA_BIT = 2;
    private static final int COMPRESSION_BIT = 3;
    private static final int EXTENDED_L2_BIT = 4;
    private static final long KNOWN_INCOMPATIBLE = 0x1f;
    private static final int COMPRESSION_TYPE_AT = 104;
    private static final int ZSTD = 1;

    @Override
    public String format() {
        return "qcow2";
    }

    @Override
    public long clusterBytes() {
        return 1L << clusterBits;
    }

    @Override
    public Optional<String> backingFormat() {
        return extensions.backingFormat();
    }

    @Override
    public boolean externalData() {
        return features.externalData;
    }

    @Override
    public Optional<String> dataFileName() {
        return extensions.dataFile();
    }

    boolean extendedL2() {
        return features.extendedL2;
    }

    /** The shape of the tables of a point in time. */
    TableGeometry geometry(long l1TableOffset, int l1TableEntries) {
        int wordBits = extendedL2() ? 4 : 3;
        return new TableGeometry(
                clusterBits,
                clusterBits - wordBits,
                extendedL2() ? 2 : 1,
                extendedL2() ? clusterBits - 5 : clusterBits,
                l1TableOffset,
                l1TableEntries);
    }

    /** @throws BlockException {@link Problem#MALFORMED}, {@link Problem#UNSUPPORTED}, {@link Problem#CORRUPT} */
    static Qcow2Header read(HostFile file, int version) {
        HeaderBytes fixed = new HeaderBytes(file, version == 2 ? V2_BYTES : V3_MIN_BYTES);
        int clusterBits = fixed.bounded(20, "cluster_bits", MIN_CLUSTER_BITS, MAX_CLUSTER_BITS);
        HeaderBytes header = new HeaderBytes(file, (int) Math.min(1 << clusterBits, file.size()));
        int headerLength =
                version == 2 ? V2_BYTES : header.bounded(100, "header_length", V3_MIN_BYTES, header.length());
        long nameOffset = header.int64(8);
        int extensionsEnd = nameOffset > 0 ? (int) Math.min(nameOffset, header.length()) : header.length();
        HeaderExtensions extensions = HeaderExtensions.read(header, headerLength, extensionsEnd);
        Features features = version == 2
                ? new Features(false, false, false)
                : features(header, headerLength, clusterBits, extensions);
        header.checkNotEncrypted(32);
        Qcow2Header read = new Qcow2Header(
                version,
                clusterBits,
                header.diskSize(24),
                header.int64(40),
                header.bounded(36, "L1 table size", 0, MAX_L1_ENTRIES),
                header.bounded(60, "number of snapshots", 0, MAX_SNAPSHOTS),
                header.int64(64),
                features,
                extensions,
                backingName(header, nameOffset));
        read.checkTables(file, header);
        return read;
    }

    private static Optional<String> backingName(HeaderBytes header, long offset) {
        if (offset == 0) {
            return Optional.empty();
        }
        int length = header.bounded(16, "backing file name length", 0, HeaderBytes.MAX_NAME_BYTES);
        return Optional.of(header.name("backing file name", offset, length)).filter(name -> !name.isEmpty());
    }

    private static Features features(
            HeaderBytes header, int headerLength, int clusterBits, HeaderExtensions extensions) {
        long incompatible = header.int64(72);
        checkKnown(header, incompatible & ~KNOWN_INCOMPATIBLE, extensions);
        if (has(incompatible, CORRUPT_BIT)) {
            throw header.corrupt("the image is marked as corrupt; repair it with qemu-img check -r all");
        }
        header.bounded(96, "refcount_order", 0, 6);
        int compression = headerLength > COMPRESSION_TYPE_AT && header.length() > COMPRESSION_TYPE_AT
                ? header.int8(COMPRESSION_TYPE_AT)
                : 0;
        if (has(incompatible, COMPRESSION_BIT) != (compression != 0)) {
            throw header.malformed(
                    "the compression type bit and compression type " + compression + " contradict each other");
        }
        if (compression > ZSTD) {
            throw header.unsupported("unknown compression type " + compression);
        }
        boolean extended = has(incompatible, EXTENDED_L2_BIT);
        if (extended && clusterBits < MIN_EXTENDED_CLUSTER_BITS) {
            throw header.malformed("extended L2 entries need clusters of at least 16 KiB");
        }
        return new Features(has(incompatible, EXTERNAL_DATA_BIT), compression == ZSTD, extended);
    }

    private static boolean has(long bits, int bit) {
        return (bits >>> bit & 1) != 0;
    }

    private static void checkKnown(HeaderBytes header, long unknown, HeaderExtensions extensions) {
        List<String> names = new ArrayList<>();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            if (has(unknown, bit)) {
                String name = extensions.incompatibleNames().get(bit);
                names.add("bit " + bit + (name == null ? "" : " (" + name + ")"));
            }
        }
        if (!names.isEmpty()) {
            throw header.unsupported("unknown incompatible feature " + String.join(", ", names));
        }
    }

    private void checkTables(HostFile file, HeaderBytes header) {
        TableGeometry geometry = geometry(l1Offset, l1Entries);
        long needed = (size + geometry.tableSpan() - 1) / geometry.tableSpan();
        if (l1Entries < needed) {
            throw header.malformed("the L1 table has " + l1Entries + " entries, but " + needed
                    + " are needed for a disk of " + size + " bytes");
        }
        if (!tableFits(file, l1Offset, (long) l1Entries * Long.BYTES)) {
            throw header.malformed("the L1 table (" + l1Entries + " entries at offset "
                    + Long.toUnsignedString(l1Offset) + ") is not aligned to a cluster or not within the file");
        }
        if (snapshots > 0 && externalData()) {
            throw header.malformed("the image has both snapshots and an external data file");
        }
        if (snapshots > 0 && !tableFits(file, snapshotsOffset, 0)) {
            throw header.malformed("the snapshot table at offset " + Long.toUnsignedString(snapshotsOffset)
                    + " is not aligned to a cluster or not within the file");
        }
    }

    boolean tableFits(HostFile file, long offset, long length) {
        return file.holds(offset, length) && offset % clusterBytes() == 0;
    }
}
