package berth.source.qcow;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.nio.ByteBuffer;

/** Zstandard frames. */
final class ZstdDecompressor implements Decompressor {
    /** A window is never larger than a cluster needs; the next power of two is for other writers than QEMU. */
    private static final int MAX_WINDOW_LOG = 22;

    private final ZstdDecompressCtx context = new ZstdDecompressCtx().setLongMax(MAX_WINDOW_LOG);

    @Override
    public boolean decompress(ByteBuffer from, ByteBuffer into) {
        context.reset();
        try {
            boolean frameEnded = false;
            while (into.hasRemaining()) {
                int before = from.remaining() + into.remaining();
                frameEnded = context.decompressDirectByteBufferStream(into, from);
                if (from.remaining() + into.remaining() == before) {
                    return false;
                }
            }
            // A frame that goes on would be larger than a cluster.
            return frameEnded;
        } catch (ZstdException _) {
            return false;
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
