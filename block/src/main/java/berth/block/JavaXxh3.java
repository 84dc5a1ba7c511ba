package berth.block;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** For systems without libxxhash. */
final class JavaXxh3 implements Xxh3 {
    private static final int CHUNK_BYTES = 1 << 16;

    private final HashStream128 stream = Hashing.xxh3_128().hashStream();

    @Override
    public void add(long value) {
        stream.putLong(value);
    }

    @Override
    public void add(MemorySegment bytes) {
        byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, bytes.byteSize())];
        for (long at = 0; at < bytes.byteSize(); at += CHUNK_BYTES) {
            int n = (int) Math.min(CHUNK_BYTES, bytes.byteSize() - at);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, chunk, 0, n);
            stream.putBytes(chunk, 0, n);
        }
    }

    @Override
    public ObjectDigest get() {
        HashValue128 value = stream.get();
        return ObjectDigest.of(value.getMostSignificantBits(), value.getLeastSignificantBits());
    }

    @Override
    public void close() {
        // Nothing but memory of the heap.
    }
}
