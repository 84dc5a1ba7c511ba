package berth.http;

import berth.source.stream.Stream;
import java.nio.ByteBuffer;
import java.util.Map;

/** A virtual file as a stream for Berth's own formats. */
record FileStream(VirtualQcow2 file) implements Stream {
    @Override
    public String name() {
        return "virtual";
    }

    @Override
    public String identity() {
        return "virtual";
    }

    @Override
    public long size() {
        return file.size();
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        file.read(offset, into);
    }

    @Override
    public Map<String, String> validators() {
        return Map.of();
    }

    @Override
    public void close() {}
}
