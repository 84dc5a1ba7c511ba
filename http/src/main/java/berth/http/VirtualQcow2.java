package berth.http;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Limits;
import berth.block.Problem;
import berth.block.Source;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A source as the bytes of a qcow2 file, version 3, whose snapshots are the source's: nothing is compressed, there is no
 * backing file and no feature that librbd lacks. Tables are computed from the source's metadata when they are read, and
 * data are read through; nothing is stored. Safe for use by several threads.
 *
 * <p>The file is for reading: its reference counts are all zero. What is unallocated at one point in time although it was
 * not before is a zero cluster, because librbd takes an unallocated one for unchanged. A cluster has the flag "copied" at
 * the point in time at which it changed.
 *
 * @see <a href="https://www.qemu.org/docs/master/interop/qcow2.html">the qcow2 format</a>
 */
public final class VirtualQcow2 {
    /** The cluster size that is best for librbd, which fetches one cluster at a time: 2 MiB, the format's largest. */
    public static final int CLUSTER_BITS = 21;

    /** The disk's size is a multiple of this many bytes; librbd takes nothing else. */
    public static final int SECTOR_BYTES = 512;

    private static final int MIN_CLUSTER_BITS = 9;
    private static final int MAX_CACHED_TABLES = 8;
    private static final long COPIED = 1L << 63;
    private static final long ZERO = 1;

    private final List<Source.Point> points;
    private final ClusterOwners owners;
    private final Geometry geometry;
    private final byte[] header;
    private final byte[] snapshotTable;

    /** L2 tables by their number in the file, the least recently used one first. */
    private final Map<Long, ByteBuffer> tables = new LinkedHashMap<>(16, 0.75f, true);

    /** Shows a source with the best cluster size. */
    public VirtualQcow2(Source source) {
        this(source, CLUSTER_BITS);
    }

    /**
     * Shows a source.
     *
     * @param source stays open as long as this is used, and the caller's to close
     * @param clusterBits the cluster size as a power of two, 9 to 21
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} when a snapshot's name is too long for the format
     */
    public VirtualQcow2(Source source, int clusterBits) {
        if (clusterBits < MIN_CLUSTER_BITS || clusterBits > CLUSTER_BITS) {
            throw new IllegalArgumentException("cluster bits: " + clusterBits);
        }
        this.points = source.points();
        this.owners = new ClusterOwners(source, clusterBits);
        long largest =
                points.stream().mapToLong(point -> point.reader().size()).max().orElse(0);
        int tableBytes = SnapshotRecords.bytes(points);
        this.geometry = Geometry.of(clusterBits, points.size(), largest, tableBytes);
        this.snapshotTable = SnapshotRecords.table(points, geometry);
        this.header = header();
    }

    /**
     * Refuses what librbd would not copy right from such a file: release 16 loses data of a disk that was made smaller
     * after a snapshot, and says nothing.
     *
     * @throws BlockException {@link Problem#UNSUPPORTED}
     */
    public static void requireRightInLibrbd(Source source) {
        List<Source.Point> points = source.points();
        for (int i = 1; i < points.size(); i++) {
            Source.Point before = points.get(i - 1);
            long size = points.get(i).reader().size();
            if (size < before.reader().size()) {
                throw new BlockException(
                        Problem.UNSUPPORTED,
                        "the disk was made smaller after its snapshot '" + before.name() + "', from "
                                + before.reader().size() + " to " + size
                                + " bytes, and librbd loses data of such disks when it copies them; copy it with"
                                + " 'berth import' instead");
            }
        }
    }

    /** The size of the file in bytes. */
    public long size() {
        return geometry.fileBytes();
    }

    /** The size of the disk in the file: the source's, rounded up to {@link #SECTOR_BYTES}. */
    public long diskBytes() {
        long size = points.getLast().reader().size();
        return (size + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
    }

    /**
     * Reads {@code into.remaining()} bytes at {@code offset} of the file and advances the buffer to its limit.
     *
     * @throws BlockException {@link Problem#OUT_OF_RANGE}, and what reading the source can throw
     */
    public void read(long offset, ByteBuffer into) {
        Limits.checkRange(offset, into.remaining(), size());
        int limit = into.limit();
        long at = offset;
        while (into.position() < limit) {
            int within = (int) (at & (geometry.clusterBytes() - 1));
            int n = (int) Math.min(limit - into.position(), geometry.clusterBytes() - within);
            into.limit(into.position() + n);
            readInCluster(at >>> geometry.clusterBits(), within, into);
            into.limit(limit);
            at += n;
        }
    }

    private void readInCluster(long cluster, int within, ByteBuffer into) {
        if (cluster >= geometry.firstData()) {
            long index = cluster - geometry.firstData();
            long disk = (index % geometry.diskClusters()) << geometry.clusterBits();
            readDisk((int) (index / geometry.diskClusters()), disk + within, into);
        } else if (cluster >= geometry.firstL2()) {
            ByteBuffer table = l2Table(cluster - geometry.firstL2());
            into.put(table.slice(within, into.remaining()));
        } else {
            long offset = (cluster << geometry.clusterBits()) + within;
            while (into.hasRemaining()) {
                into.put(frontByte(offset++));
            }
        }
    }

    /** What lies beyond the end of a point in time reads as zeroes. */
    private void readDisk(int point, long offset, ByteBuffer into) {
        BlockReader reader = points.get(point).reader();
        int limit = into.limit();
        int inside = Math.clamp(reader.size() - offset, 0, into.remaining());
        into.limit(into.position() + inside);
        reader.read(offset, into);
        into.limit(limit);
        while (into.hasRemaining()) {
            into.put((byte) 0);
        }
    }

    /** A byte of what comes before the L2 tables. */
    private byte frontByte(long offset) {
        if (offset < header.length) {
            return header[(int) offset];
        }
        long inTable = offset - geometry.snapshotTableOffset();
        if (inTable >= 0 && inTable < snapshotTable.length) {
            return snapshotTable[(int) inTable];
        }
        long inL1 = offset - geometry.l1Offset(0);
        return inL1 < 0 ? 0 : l1Byte(inL1);
    }

    private byte l1Byte(long offset) {
        long stride = geometry.l1Offset(1) - geometry.l1Offset(0);
        int point = (int) (offset / stride);
        long within = offset % stride;
        int index = (int) (within / Geometry.ENTRY_BYTES);
        if (index >= geometry.l1Entries()) {
            return 0;
        }
        long entry = geometry.l2Offset(point, index) | COPIED;
        return (byte) (entry >>> (56 - Byte.SIZE * (within % Geometry.ENTRY_BYTES)));
    }

    private ByteBuffer l2Table(long number) {
        synchronized (tables) {
            ByteBuffer known = tables.get(number);
            if (known != null) {
                return known;
            }
        }
        ByteBuffer made = makeL2Table((int) (number / geometry.l1Entries()), (int) (number % geometry.l1Entries()));
        synchronized (tables) {
            tables.put(number, made);
            if (tables.size() > MAX_CACHED_TABLES) {
                tables.remove(tables.keySet().iterator().next());
            }
        }
        return made;
    }

    private ByteBuffer makeL2Table(int point, int index) {
        long first = (long) index * geometry.l2Entries();
        int count = (int) Math.min(geometry.l2Entries(), geometry.diskClusters() - first);
        ClusterOwners.Owners found = owners.at(point, first, count);
        ByteBuffer table = ByteBuffer.allocate((int) geometry.clusterBytes());
        for (int i = 0; i < count; i++) {
            int owner = found.now()[i];
            if (owner != ClusterOwners.NOBODY) {
                table.putLong(geometry.dataOffset(owner, first + i) | (owner == point ? COPIED : 0));
            } else {
                table.putLong(found.before()[i] == ClusterOwners.NOBODY ? 0 : ZERO);
            }
        }
        return table.clear().asReadOnlyBuffer();
    }

    /** The header of version 3, with nothing after it. */
    private byte[] header() {
        int length = 104;
        int snapshots = points.size() - 1;
        ByteBuffer bytes = ByteBuffer.allocate(length);
        bytes.putInt(0x514649fb).putInt(3);
        bytes.putLong(0).putInt(0); // no backing file
        bytes.putInt(geometry.clusterBits()).putLong(diskBytes());
        bytes.putInt(0); // no encryption
        bytes.putInt(geometry.l1Entries()).putLong(geometry.l1Offset(points.size() - 1));
        bytes.putLong(geometry.refcountTableOffset()).putInt(1);
        bytes.putInt(snapshots).putLong(snapshots == 0 ? 0 : geometry.snapshotTableOffset());
        bytes.putLong(0).putLong(0).putLong(0); // no features
        bytes.putInt(4).putInt(length); // reference counts of 16 bits
        return bytes.array();
    }
}
