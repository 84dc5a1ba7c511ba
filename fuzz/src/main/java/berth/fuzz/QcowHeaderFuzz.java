package berth.fuzz;

import berth.block.Problem;
import berth.source.qcow.QcowHeader;
import java.util.Arrays;

/** The input is the beginning of an image of qcow version 1, 2 or 3: its header with the extensions and names. */
public final class QcowHeaderFuzz {
    private static final Promise PROMISE = Promise.of(4 << 20, Problem.MALFORMED, Problem.UNSUPPORTED, Problem.CORRUPT);
    /** Zeroes follow, so that what the header points to can be within the file. */
    private static final int FILE_BYTES = 64 << 10;

    private QcowHeaderFuzz() {}

    /** Reads the header of a file that ends behind the input, and of a longer one. */
    public static void fuzzerTestOneInput(byte[] input) {
        read(input);
        read(Arrays.copyOf(input, FILE_BYTES));
    }

    private static void read(byte[] file) {
        PROMISE.hold(() -> {
            QcowHeader header = QcowHeader.read(new MemoryStream(file));
            if (header.size() < 0 || Long.bitCount(header.clusterBytes()) != 1) {
                throw new BrokenPromise("it took the header for sound: " + header);
            }
        });
    }
}
