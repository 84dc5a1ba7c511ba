package berth.source.qcow;

import berth.source.qcow.Run.Kind;

/** Where the bytes of a disk are, at one point in time of an image: its L1 and L2 tables. */
final class ClusterMap {
    private final HostFile file;
    private final TableGeometry geometry;
    private final EntryFormat format;

    ClusterMap(HostFile file, TableGeometry geometry, EntryFormat format) {
        this.file = file;
        this.geometry = geometry;
        this.format = format;
    }

    TableGeometry geometry() {
        return geometry;
    }

    /**
     * What is at an offset of the disk, and how far the same goes on; a run may end earlier than it has to.
     *
     * @param length at least 1; the run is not longer
     */
    Run run(long offset, long length) {
        long end = offset + length;
        long table = tableOffset(offset);
        if (table == 0) {
            return Run.of(Kind.UNALLOCATED, emptyUntil(offset, end) - offset);
        }
        if (!format.tableFits(table)) {
            return Run.of(Kind.BROKEN, Math.min(end, nextTable(offset)) - offset);
        }
        return new Piece(table, offset).run(offset, end);
    }

    /** The offset in the file of the L2 table that describes an offset of the disk; 0 when there is none. */
    long tableOffset(long offset) {
        long index = geometry.l1Index(offset);
        if (index >= geometry.l1Entries()) {
            return 0;
        }
        int first = (int) index / geometry.l1PieceEntries() * geometry.l1PieceEntries();
        int entries = Math.min(geometry.l1PieceEntries(), geometry.l1Entries() - first);
        long[] piece = file.table("L1 table", geometry.l1Offset() + (long) first * Long.BYTES, entries);
        return format.tableOffset(piece[(int) index - first]);
    }

    /** How much of the disk the L1 table describes, in bytes; the rest is unallocated, and can be 16 TiB of an empty image. */
    long describedBytes() {
        return geometry.l1Entries() * geometry.tableSpan();
    }

    /** Where the part of the disk that the next L2 table describes begins. */
    long nextTable(long offset) {
        return (offset / geometry.tableSpan() + 1) * geometry.tableSpan();
    }

    /** Where the next cluster of the disk begins. */
    long nextCluster(long offset) {
        return clusterStart(offset) + geometry.clusterBytes();
    }

    private long clusterStart(long offset) {
        return offset & -geometry.clusterBytes();
    }

    private long emptyUntil(long offset, long end) {
        long described = Math.min(end, describedBytes());
        long at = nextTable(offset);
        while (at < described && tableOffset(at) == 0) {
            at = nextTable(at);
        }
        return at < described ? at : end;
    }

    /** Why the run at an offset is {@link Kind#BROKEN}. */
    String explain(long offset) {
        long table = tableOffset(offset);
        if (!format.tableFits(table)) {
            return "L2 table offset " + Long.toUnsignedString(table)
                    + " is not aligned to a cluster or not within the file";
        }
        Piece piece = new Piece(table, offset);
        int at = piece.index(offset);
        return format.explain(piece.entry(at), piece.bitmap(at), clusterStart(offset));
    }

    /** The piece of an L2 table that describes an offset. */
    private final class Piece {
        private final long start;
        private final long end;
        private final long[] words;

        Piece(long table, long offset) {
            int entries = geometry.pieceEntries();
            long span = (long) entries << geometry.clusterBits();
            start = offset & -span;
            end = start + span;
            long number = (start & (geometry.tableSpan() - 1)) / span;
            int length = entries * geometry.wordsPerEntry();
            words = file.table("L2 table", table + number * length * Long.BYTES, length);
        }

        int index(long offset) {
            return (int) ((offset - start) >>> geometry.clusterBits()) * geometry.wordsPerEntry();
        }

        long entry(int index) {
            return words[index];
        }

        long bitmap(int index) {
            return geometry.wordsPerEntry() == 2 ? words[index + 1] : 0;
        }

        Kind kind(long offset) {
            int index = index(offset);
            long guest = clusterStart(offset);
            int unit = (int) ((offset - guest) >>> geometry.unitBits());
            return format.kind(entry(index), bitmap(index), unit, guest);
        }

        long host(long offset) {
            return format.host(entry(index(offset))) + (offset & (geometry.clusterBytes() - 1));
        }

        Run run(long offset, long limit) {
            Kind kind = kind(offset);
            if (kind == Kind.COMPRESSED) {
                long entry = entry(index(offset));
                return new Run(
                        kind,
                        Math.min(nextCluster(offset), limit) - offset,
                        format.compressedHost(entry),
                        format.compressedBytes(entry));
            }
            long host = kind == Kind.DATA ? host(offset) : 0;
            long unitBytes = 1L << geometry.unitBits();
            long stop = Math.min(limit, end);
            long at = (offset & -unitBytes) + unitBytes;
            while (at < stop && kind != Kind.BROKEN && continues(kind, host + (at - offset), at)) {
                at += unitBytes;
            }
            return new Run(kind, Math.min(at, stop) - offset, host, 0);
        }

        private boolean continues(Kind kind, long expectedHost, long at) {
            return kind(at) == kind && (kind != Kind.DATA || host(at) == expectedHost);
        }
    }
}
