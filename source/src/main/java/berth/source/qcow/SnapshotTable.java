package berth.source.qcow;

import berth.block.BlockException;
import berth.block.Limits;
import berth.block.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Reads the table of internal snapshots. */
final class SnapshotTable {
    private static final int FIXED_BYTES = 40;
    private static final int MAX_EXTRA_BYTES = 1024;
    private static final int DISK_SIZE_END = 16;
    /** What all names and records together may take. */
    private static final long MAX_BYTES = 16L << 20;

    private final HostFile file;
    private final Qcow2Header header;

    SnapshotTable(HostFile file, Qcow2Header header) {
        this.file = file;
        this.header = header;
    }

    /** The snapshots in the order of the table. @throws BlockException {@link Problem#MALFORMED} */
    List<QcowSnapshot> read() {
        List<QcowSnapshot> snapshots = new ArrayList<>();
        long at = header.snapshotsOffset();
        for (int i = 0; i < header.snapshots(); i++) {
            String what = "snapshot table entry " + (i + 1);
            ByteBuffer fixed = file.metadata(what, at, FIXED_BYTES);
            int idLength = Short.toUnsignedInt(fixed.getShort(12));
            int nameLength = Short.toUnsignedInt(fixed.getShort(14));
            int extraLength = fixed.getInt(36);
            if (extraLength < 0 || extraLength > MAX_EXTRA_BYTES) {
                throw malformed(what, "has " + Integer.toUnsignedString(extraLength) + " bytes of extra data");
            }
            int length = FIXED_BYTES + extraLength + idLength + nameLength;
            if (at + length - header.snapshotsOffset() > MAX_BYTES) {
                throw malformed(what, "makes the table larger than " + MAX_BYTES + " bytes");
            }
            snapshots.add(snapshot(what, file.metadata(what, at, length), extraLength));
            at += (length + 7) & -8;
        }
        return snapshots;
    }

    private QcowSnapshot snapshot(String what, ByteBuffer entry, int extraLength) {
        int idLength = Short.toUnsignedInt(entry.getShort(12));
        int nameLength = Short.toUnsignedInt(entry.getShort(14));
        long l1Offset = entry.getLong(0);
        int l1Entries = entry.getInt(8);
        if (l1Entries < 0
                || l1Entries > Qcow2Header.MAX_L1_ENTRIES
                || !header.tableFits(file, l1Offset, (long) l1Entries * Long.BYTES)) {
            throw malformed(
                    what,
                    "has an L1 table (" + Integer.toUnsignedString(l1Entries) + " entries at offset "
                            + Long.toUnsignedString(l1Offset)
                            + ") that is too large, not aligned to a cluster or not within the file");
        }
        // Entries of version 2 need not say the size: the disk's size did not change then.
        long size = extraLength >= DISK_SIZE_END ? entry.getLong(FIXED_BYTES + 8) : header.size();
        if (size < 0 || size > Limits.MAX_IMAGE_BYTES) {
            throw malformed(
                    what, "has a disk of " + Long.toUnsignedString(size) + " bytes; at most 16 TiB are possible");
        }
        Instant created = Instant.ofEpochSecond(
                Integer.toUnsignedLong(entry.getInt(16)), Integer.toUnsignedLong(entry.getInt(20)));
        int idAt = FIXED_BYTES + extraLength;
        return new QcowSnapshot(
                text(entry, idAt, idLength),
                text(entry, idAt + idLength, nameLength),
                size,
                created,
                l1Offset,
                l1Entries);
    }

    private static String text(ByteBuffer entry, int at, int length) {
        byte[] bytes = new byte[length];
        entry.get(at, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private BlockException malformed(String what, String why) {
        return new BlockException(Problem.MALFORMED, file.name() + ": " + what + " " + why);
    }
}
