package berth.source.qcow;

import berth.source.qcow.Run.Kind;

/** L1 and L2 entries of versions 2 and 3, with or without subclusters and an external data file. */
final class Qcow2Entries implements EntryFormat {
    private static final long OFFSET_MASK = 0x00fffffffffffe00L;
    private static final long COPIED = 1L << 63;
    private static final long COMPRESSED = 1L << 62;
    private static final long ZERO = 1;
    private static final long ALLOCATED_MASK = 0xffffffffL;
    private static final int ZERO_SHIFT = 32;
    private static final int SECTOR_BYTES = 512;

    private final HostFile file;
    private final HostFile data;
    private final Qcow2Header header;
    private final long clusterBytes;
    private final int compressedShift;

    /**
     * @param file the image file
     * @param data where its clusters are: the same, or the external data file
     */
    Qcow2Entries(HostFile file, HostFile data, Qcow2Header header) {
        this.file = file;
        this.data = data;
        this.header = header;
        this.clusterBytes = 1L << header.clusterBits();
        this.compressedShift = 62 - (header.clusterBits() - 8);
    }

    @Override
    public long tableOffset(long l1Entry) {
        return l1Entry & OFFSET_MASK;
    }

    @Override
    public boolean tableFits(long tableOffset) {
        return tableOffset % clusterBytes == 0 && file.holds(tableOffset, clusterBytes);
    }

    @Override
    public Kind kind(long entry, long bitmap, int unit, long guest) {
        if ((entry & COMPRESSED) != 0) {
            return compressedFits(entry) ? Kind.COMPRESSED : Kind.BROKEN;
        }
        if (header.extendedL2()) {
            return subclusterKind(entry, bitmap, unit, guest);
        }
        if ((entry & ZERO) != 0) {
            return header.version() < 3 ? Kind.BROKEN : Kind.ZERO;
        }
        return isAllocated(entry) ? dataKind(entry, guest) : Kind.UNALLOCATED;
    }

    private Kind subclusterKind(long entry, long bitmap, int unit, long guest) {
        if (bitmapContradicts(entry, bitmap)) {
            return Kind.BROKEN;
        }
        if ((bitmap >>> (ZERO_SHIFT + unit) & 1) != 0) {
            return Kind.ZERO;
        }
        return (bitmap >>> unit & 1) != 0 ? dataKind(entry, guest) : Kind.UNALLOCATED;
    }

    /** Data where there is no cluster, or data and zero at once. */
    private boolean bitmapContradicts(long entry, long bitmap) {
        long allocated = bitmap & ALLOCATED_MASK;
        return isAllocated(entry) ? (allocated & bitmap >>> ZERO_SHIFT) != 0 : allocated != 0;
    }

    /** Offset 0 is an external data file's first cluster when the entry is marked as copied; elsewhere it is nothing. */
    private boolean isAllocated(long entry) {
        return host(entry) != 0 || (header.externalData() && (entry & COPIED) != 0);
    }

    private Kind dataKind(long entry, long guest) {
        long host = host(entry);
        boolean right =
                host % clusterBytes == 0 && data.holdsCluster(host) && (!header.externalData() || host == guest);
        return right ? Kind.DATA : Kind.BROKEN;
    }

    private boolean compressedFits(long entry) {
        long offset = compressedHost(entry);
        return !header.externalData()
                && file.holdsCluster(offset)
                && offset + compressedBytes(entry) - file.size() < clusterBytes;
    }

    @Override
    public long host(long entry) {
        return entry & OFFSET_MASK;
    }

    @Override
    public long compressedHost(long entry) {
        return entry & ((1L << compressedShift) - 1);
    }

    @Override
    public int compressedBytes(long entry) {
        int sectors = (int) (entry >>> compressedShift & ((1L << (header.clusterBits() - 8)) - 1)) + 1;
        return sectors * SECTOR_BYTES - (int) (compressedHost(entry) % SECTOR_BYTES);
    }

    @Override
    public String explain(long entry, long bitmap, long guest) {
        if ((entry & COMPRESSED) != 0) {
            return header.externalData()
                    ? "compressed cluster in an image with an external data file"
                    : "compressed cluster of up to " + compressedBytes(entry) + " bytes at offset "
                            + compressedHost(entry) + " is not within the file";
        }
        if (header.extendedL2() && bitmapContradicts(entry, bitmap)) {
            return "subcluster bitmap 0x" + Long.toHexString(bitmap) + " contradicts itself or its cluster offset "
                    + host(entry);
        }
        if (!header.extendedL2() && (entry & ZERO) != 0) {
            return "zero cluster in an image of version 2";
        }
        if (header.externalData() && host(entry) != guest) {
            return "external data file offset " + host(entry) + " does not match the guest offset " + guest;
        }
        return "cluster offset " + host(entry) + " is not aligned to a cluster or not within " + data.name() + " ("
                + data.size() + " bytes)";
    }
}
