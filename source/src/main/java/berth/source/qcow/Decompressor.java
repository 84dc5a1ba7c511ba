package berth.source.qcow;

import java.nio.ByteBuffer;

/** Decompresses clusters, one after another. For one thread at a time. */
sealed interface Decompressor extends AutoCloseable permits DeflateDecompressor, ZstdDecompressor {
    /**
     * Decompresses until the output is full. What follows in the input is ignored: a compressed cluster's length is only
     * known in sectors.
     *
     * @param from a direct buffer
     * @param into a direct buffer of exactly a cluster
     * @return whether the input was sound and filled the output
     */
    boolean decompress(ByteBuffer from, ByteBuffer into);

    @Override
    void close();
}
