package berth.source.qcow;

import berth.source.qcow.Run.Kind;

/** L1 and L2 entries of version 1. */
final class Qcow1Entries implements EntryFormat {
    private static final long COMPRESSED = 1L << 63;
    private static final int SECTOR_BYTES = 512;

    private final HostFile file;
    private final int clusterBits;
    private final long tableBytes;

    Qcow1Entries(HostFile file, int clusterBits, long tableBytes) {
        this.file = file;
        this.clusterBits = clusterBits;
        this.tableBytes = tableBytes;
    }

    @Override
    public long tableOffset(long l1Entry) {
        return l1Entry;
    }

    @Override
    public boolean tableFits(long tableOffset) {
        return file.holds(tableOffset, tableBytes);
    }

    @Override
    public Kind kind(long entry, long bitmap, int unit, long guest) {
        if (entry == 0) {
            return Kind.UNALLOCATED;
        }
        if ((entry & COMPRESSED) != 0) {
            int bytes = compressedBytes(entry);
            return bytes > 0 && file.holds(compressedHost(entry), bytes) ? Kind.COMPRESSED : Kind.BROKEN;
        }
        return entry % SECTOR_BYTES == 0 && file.holdsCluster(entry) ? Kind.DATA : Kind.BROKEN;
    }

    @Override
    public long host(long entry) {
        return entry;
    }

    @Override
    public long compressedHost(long entry) {
        return entry & ((1L << (63 - clusterBits)) - 1);
    }

    @Override
    public int compressedBytes(long entry) {
        return (int) (entry >>> (63 - clusterBits)) & ((1 << clusterBits) - 1);
    }

    @Override
    public String explain(long entry, long bitmap, long guest) {
        return (entry & COMPRESSED) != 0
                ? "compressed cluster of " + compressedBytes(entry) + " bytes at offset " + compressedHost(entry)
                        + " is not within the file"
                : "cluster offset " + entry + " is not aligned to a sector or not within the file";
    }
}
