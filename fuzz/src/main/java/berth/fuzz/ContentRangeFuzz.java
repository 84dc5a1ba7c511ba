package berth.fuzz;

import berth.block.BlockException;
import berth.block.Problem;
import berth.source.remote.RangeRules;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The input is the {@code Content-Range} header of an HTTP or S3 server's answer. */
public final class ContentRangeFuzz {
    private static final Promise PROMISE = Promise.of(4 << 20, Problem.IO, Problem.UNSUPPORTED);
    private static final int LENGTH = 100;

    private ContentRangeFuzz() {}

    /** Takes the file's size from the header, and compares the range with one that was asked for. */
    public static void fuzzerTestOneInput(byte[] input) {
        RangeRules rules = new RangeRules("file");
        Optional<String> header = Optional.of(new String(input, StandardCharsets.ISO_8859_1));
        PROMISE.hold(() -> {
            long size = rules.size(header);
            if (size < 0) {
                throw new BrokenPromise("it took " + size + " for a size");
            }
        });
        PROMISE.hold(() -> requireBounded(() -> rules.requireRange(header, 0, LENGTH)));
    }

    /** What a server sent is quoted in messages, but not without end. */
    private static void requireBounded(Runnable use) {
        try {
            use.run();
        } catch (BlockException e) {
            if (String.valueOf(e.getMessage()).length() > 1000) {
                throw new BrokenPromise("its message quotes too much", e);
            }
            throw e;
        }
    }
}
