package berth.fuzz;

import berth.block.Limits;
import berth.source.stream.Stream;
import java.nio.ByteBuffer;
import java.util.Map;

/** A stream over bytes in memory. */
record MemoryStream(byte[] bytes) implements Stream {
    @Override
    public String name() {
        return "input";
    }

    @Override
    public String identity() {
        return "memory";
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        Limits.checkRange(offset, into.remaining(), bytes.length);
        into.put(bytes, (int) offset, into.remaining());
    }

    @Override
    public Map<String, String> validators() {
        return Map.of();
    }

    @Override
    public void close() {}
}
