package berth.source;

import berth.block.BlockReader;
import java.nio.ByteBuffer;

/** Buffers to read into that do not hold zeroes before, so that zeroes that are not written are missed. */
final class Buffers {
    private static final byte STALE = (byte) 0xa5;

    private Buffers() {}

    static ByteBuffer stale(boolean direct, int length) {
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(length) : ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            buffer.put(STALE);
        }
        return buffer.clear();
    }

    /** The whole disk, in one read. */
    static byte[] readAll(BlockReader reader) {
        ByteBuffer buffer = stale(true, Math.toIntExact(reader.size()));
        reader.read(0, buffer);
        byte[] bytes = new byte[buffer.flip().remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** Whether nothing was written to a range of a buffer. */
    static boolean isStale(ByteBuffer buffer, int at, int length) {
        for (int i = at; i < at + length; i++) {
            if (buffer.get(i) != STALE) {
                return false;
            }
        }
        return true;
    }
}
