package berth.source.qcow;

import berth.block.Limits;
import berth.source.stream.Stream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Bytes in memory that note what is read of them. */
final class CountingStream implements Stream {
    /** One read. */
    record Read(long offset, int length) {}

    private final byte[] bytes;
    final List<Read> reads = new ArrayList<>();

    CountingStream(HandmadeImage image) {
        this(image.bytes());
    }

    CountingStream(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public String name() {
        return "memory";
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
        reads.add(new Read(offset, into.remaining()));
        into.put(bytes, (int) offset, into.remaining());
    }

    @Override
    public Map<String, String> validators() {
        return Map.of();
    }

    @Override
    public void close() {}
}
