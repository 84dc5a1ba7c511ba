package berth.cli.command;

import berth.block.Zeroes;
import java.nio.ByteBuffer;

/** Takes bytes apart into what is worth storing and zeroes. */
final class DataRuns {
    private static final int BLOCK_BYTES = 4096;

    /** Takes a run of blocks. */
    interface Sink {
        /**
         * Called in ascending order.
         *
         * @param at where the run begins
         */
        void accept(int at, ByteBuffer run);
    }

    private DataRuns() {}

    /** Gives the runs of blocks of 4 KiB that are not all zero, of the bytes from 0 to the limit. */
    static void tell(ByteBuffer bytes, Sink sink) {
        int end = bytes.limit();
        int start = 0;
        for (int at = 0; at < end; at += BLOCK_BYTES) {
            if (Zeroes.isZero(bytes.slice(at, Math.min(BLOCK_BYTES, end - at)))) {
                give(bytes, start, at, sink);
                start = at + BLOCK_BYTES;
            }
        }
        give(bytes, start, end, sink);
    }

    private static void give(ByteBuffer bytes, int start, int end, Sink sink) {
        if (start < end) {
            sink.accept(start, bytes.slice(start, end - start));
        }
    }
}
