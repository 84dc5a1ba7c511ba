package berth.source.qcow;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Problem;
import berth.source.stream.Stream;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * An open image: the disk as it is now and at each internal snapshot. It does not own its streams. Safe for use by several
 * threads.
 */
public final class QcowImage implements AutoCloseable {
    private final HostFile file;
    private final HostFile data;
    private final QcowHeader header;
    private final List<QcowSnapshot> snapshots;
    private final CompressedClusters compressed;

    /**
     * @param stream the image file
     * @param header what was read from it
     * @param dataFile the external data file, exactly when the header says that there is one
     * @throws BlockException {@link Problem#MALFORMED} when the snapshot table is not what the format says
     */
    public QcowImage(Stream stream, QcowHeader header, Optional<Stream> dataFile, QcowCache cache) {
        this.file = new HostFile(stream, cache);
        this.data = dataFile.map(external -> new HostFile(external, cache)).orElse(file);
        this.header = header;
        this.snapshots = header instanceof Qcow2Header qcow2 ? new SnapshotTable(file, qcow2).read() : List.of();
        boolean zstd = header instanceof Qcow2Header qcow2 && qcow2.features().zstd();
        Supplier<Decompressor> decompressors = zstd ? ZstdDecompressor::new : DeflateDecompressor::new;
        this.compressed = new CompressedClusters(file, Math.toIntExact(header.clusterBytes()), decompressors);
    }

    HostFile file() {
        return file;
    }

    HostFile data() {
        return data;
    }

    CompressedClusters compressed() {
        return compressed;
    }

    /** The internal snapshots, in the order of the image. */
    public List<QcowSnapshot> snapshots() {
        return snapshots;
    }

    /** The disk as it is now, over a backing disk. */
    public QcowReader head(Optional<BlockReader> backing) {
        return new QcowReader(this, headMap(), backing, header.size());
    }

    /** The disk at one of the snapshots, over a backing disk. */
    public QcowReader at(QcowSnapshot snapshot, Optional<BlockReader> backing) {
        return new QcowReader(this, map(snapshot), backing, snapshot.size());
    }

    /**
     * Looks at every entry of every table that describes a part of the disk.
     *
     * @param withSnapshots whether the snapshots are looked at, too
     * @return the problems, the first thousand of them; none means that no read of the image fails on its metadata
     */
    public List<Finding> check(boolean withSnapshots) {
        MetadataWalk walk = new MetadataWalk(file.name(), header.externalData());
        if (withSnapshots) {
            for (QcowSnapshot snapshot : snapshots) {
                walk.add("snapshot '" + snapshot.name() + "', ", map(snapshot), snapshot.size());
            }
        }
        walk.add("", headMap(), header.size());
        return walk.findings();
    }

    private ClusterMap headMap() {
        return switch (header) {
            case Qcow1Header qcow1 -> {
                TableGeometry geometry = qcow1.geometry();
                yield new ClusterMap(
                        file, geometry, new Qcow1Entries(file, geometry.clusterBits(), geometry.tableBytes()));
            }
            case Qcow2Header qcow2 -> map(qcow2, qcow2.l1Offset(), qcow2.l1Entries());
        };
    }

    private ClusterMap map(QcowSnapshot snapshot) {
        if (header instanceof Qcow2Header qcow2) {
            return map(qcow2, snapshot.l1Offset(), snapshot.l1Entries());
        }
        throw new IllegalArgumentException("images of version 1 have no snapshots");
    }

    private ClusterMap map(Qcow2Header qcow2, long l1Offset, int l1Entries) {
        return new ClusterMap(file, qcow2.geometry(l1Offset, l1Entries), new Qcow2Entries(file, data, qcow2));
    }

    @Override
    public void close() {
        compressed.close();
    }
}
