package berth.http;

import berth.block.Limits;

/**
 * Where everything lies in a {@link VirtualQcow2}. In clusters from the start: the header, the refcount table, the
 * snapshot table, an L1 table for each point in time, their L2 tables, and then for each point in time a region as large
 * as the disk, of which only clusters that an L2 table names mean anything.
 *
 * @param clusterBits the cluster size as a power of two
 * @param points the number of points in time, the disk as it is now included
 * @param diskClusters how many clusters the largest point in time has, at least 1
 * @param snapshotTableBytes the length of the snapshot table
 */
record Geometry(int clusterBits, int points, long diskClusters, long snapshotTableBytes) {
    /** A cluster's number in a table, in bytes. */
    static final int ENTRY_BYTES = 8;

    private static final int REFCOUNT_TABLE = 1;
    private static final int SNAPSHOT_TABLE = 2;

    static Geometry of(int clusterBits, int points, long diskBytes, long snapshotTableBytes) {
        Limits.checkImageBytes(diskBytes);
        long clusters = Math.max(1, clusters(diskBytes, clusterBits));
        return new Geometry(clusterBits, points, clusters, snapshotTableBytes);
    }

    private static long clusters(long bytes, int clusterBits) {
        return (bytes + (1L << clusterBits) - 1) >>> clusterBits;
    }

    long clusterBytes() {
        return 1L << clusterBits;
    }

    /** How many clusters one L2 table describes. */
    int l2Entries() {
        return 1 << (clusterBits - 3);
    }

    /** How many L2 tables each point in time has. */
    int l1Entries() {
        return (int) ((diskClusters + l2Entries() - 1) / l2Entries());
    }

    long refcountTableOffset() {
        return (long) REFCOUNT_TABLE << clusterBits;
    }

    long snapshotTableOffset() {
        return (long) SNAPSHOT_TABLE << clusterBits;
    }

    long l1Offset(int point) {
        return (firstL1() + point * l1Clusters()) << clusterBits;
    }

    /** L1 tables begin in this cluster. */
    private long firstL1() {
        return SNAPSHOT_TABLE + clusters(snapshotTableBytes, clusterBits);
    }

    private long l1Clusters() {
        return clusters((long) l1Entries() * ENTRY_BYTES, clusterBits);
    }

    /** L2 tables begin in this cluster. */
    long firstL2() {
        return firstL1() + points * l1Clusters();
    }

    long l2Offset(int point, int index) {
        return (firstL2() + (long) point * l1Entries() + index) << clusterBits;
    }

    /** Data begin in this cluster. */
    long firstData() {
        return firstL2() + (long) points * l1Entries();
    }

    long dataOffset(int point, long cluster) {
        return (firstData() + point * diskClusters + cluster) << clusterBits;
    }

    long fileBytes() {
        return (firstData() + points * diskClusters) << clusterBits;
    }
}
