package berth.http;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Source;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** The snapshot table of a qcow2 file, version 3: one record for each point in time but the last. */
final class SnapshotRecords {
    private static final int FIXED_BYTES = 40;
    private static final int EXTRA_BYTES = 16;
    private static final int MAX_NAME_BYTES = 0xffff;

    private SnapshotRecords() {}

    /** The length of the table in bytes. */
    static int bytes(List<Source.Point> points) {
        int bytes = 0;
        for (int i = 0; i < points.size() - 1; i++) {
            bytes += recordBytes(id(i), name(points.get(i)));
        }
        return bytes;
    }

    private static int recordBytes(byte[] id, byte[] name) {
        return (FIXED_BYTES + EXTRA_BYTES + id.length + name.length + 7) / 8 * 8;
    }

    private static byte[] id(int index) {
        return Integer.toString(index + 1).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] name(Source.Point point) {
        byte[] name = point.name().getBytes(StandardCharsets.UTF_8);
        if (name.length > MAX_NAME_BYTES) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT, "a snapshot's name of " + name.length + " bytes is too long for qcow2");
        }
        return name;
    }

    /** The table. */
    static byte[] table(List<Source.Point> points, Geometry geometry) {
        ByteBuffer table = ByteBuffer.allocate(bytes(points));
        for (int i = 0; i < points.size() - 1; i++) {
            Source.Point point = points.get(i);
            byte[] id = id(i);
            byte[] name = name(point);
            Instant taken = point.created().orElse(Instant.EPOCH);
            int end = table.position() + recordBytes(id, name);
            table.putLong(geometry.l1Offset(i)).putInt(geometry.l1Entries());
            table.putShort((short) id.length).putShort((short) name.length);
            table.putInt((int) taken.getEpochSecond()).putInt(taken.getNano());
            table.putLong(0).putInt(0); // the machine was not running
            table.putInt(EXTRA_BYTES).putLong(0).putLong(point.reader().size());
            table.put(id).put(name);
            table.position(end);
        }
        return table.array();
    }
}
