package berth.source.qcow;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.Optional;

/**
 * The header of an image of version 1.
 *
 * @param size the size of the disk in bytes
 * @param geometry the shape of its tables
 * @param backingName the backing file's name, as it is in the image
 */
record Qcow1Header(long size, TableGeometry geometry, Optional<String> backingName) implements QcowHeader {
    private static final int BYTES = 48;
    /** So that images of 16 TiB in the layouts that QEMU makes are possible. */
    private static final long MAX_L1_ENTRIES = 8 << 20;

    @Override
    public String format() {
        return "qcow";
    }

    @Override
    public long clusterBytes() {
        return geometry.clusterBytes();
    }

    @Override
    public Optional<String> backingFormat() {
        return Optional.empty();
    }

    @Override
    public boolean externalData() {
        return false;
    }

    @Override
    public Optional<String> dataFileName() {
        return Optional.empty();
    }

    /** @throws BlockException {@link Problem#MALFORMED}, {@link Problem#UNSUPPORTED} */
    static Qcow1Header read(HostFile file) {
        HeaderBytes header = new HeaderBytes(file, BYTES);
        header.checkNotEncrypted(36);
        long size = header.diskSize(24);
        TableGeometry geometry = geometry(file, header, size);
        long nameOffset = header.int64(8);
        Optional<String> backing = Optional.empty();
        if (nameOffset != 0) {
            int length = header.bounded(16, "backing file name length", 0, HeaderBytes.MAX_NAME_BYTES);
            if (!file.holds(nameOffset, length) || nameOffset > geometry.l1Offset()) {
                throw header.malformed("the backing file name is not before the L1 table");
            }
            HeaderBytes withName = new HeaderBytes(file, Math.toIntExact(nameOffset) + length);
            backing = Optional.of(withName.name("backing file name", nameOffset, length));
        }
        return new Qcow1Header(size, geometry, backing.filter(name -> !name.isEmpty()));
    }

    private static TableGeometry geometry(HostFile file, HeaderBytes header, long size) {
        int clusterBits = header.int8(32);
        int l2Bits = header.int8(33);
        if (clusterBits < 9 || clusterBits > 16) {
            throw header.malformed("cluster_bits " + clusterBits + " is not between 9 and 16");
        }
        if (l2Bits < 6 || l2Bits > 13) {
            throw header.malformed("l2_bits " + l2Bits + " is not between 6 and 13");
        }
        long span = 1L << (clusterBits + l2Bits);
        long l1Entries = (size + span - 1) / span;
        long l1Offset = header.int64(40);
        if (l1Entries > MAX_L1_ENTRIES) {
            throw header.unsupported(
                    "the L1 table has " + l1Entries + " entries; at most " + MAX_L1_ENTRIES + " are possible");
        }
        if (!file.holds(l1Offset, l1Entries * Long.BYTES)) {
            throw header.malformed("the L1 table (" + l1Entries + " entries at offset "
                    + Long.toUnsignedString(l1Offset) + ") is not within the file");
        }
        return new TableGeometry(clusterBits, l2Bits, 1, clusterBits, l1Offset, (int) l1Entries);
    }
}
