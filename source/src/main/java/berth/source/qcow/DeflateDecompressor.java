package berth.source.qcow;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Raw deflate streams. Images use a window of 4 KiB; any larger one reads them too. */
final class DeflateDecompressor implements Decompressor {
    private final Inflater inflater = new Inflater(true);

    @Override
    public boolean decompress(ByteBuffer from, ByteBuffer into) {
        inflater.reset();
        inflater.setInput(from);
        try {
            while (into.hasRemaining() && inflater.inflate(into) > 0) {
                // Goes on until the cluster is full or the input gives no more.
            }
        } catch (DataFormatException _) {
            return false;
        }
        return !into.hasRemaining();
    }

    @Override
    public void close() {
        inflater.end();
    }
}
