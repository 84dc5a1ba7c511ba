package berth.fuzz;

import berth.block.Problem;
import berth.source.spec.SourceSpec;
import berth.source.spec.SpecParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The input is a {@code source-spec}, as users and API clients send it. */
public final class SourceSpecFuzz {
    private static final Promise PROMISE = Promise.of(
            16 << 20, Problem.MALFORMED, Problem.INVALID_ARGUMENT, Problem.UNKNOWN_TYPE, Problem.UNSUPPORTED);

    private SourceSpecFuzz() {}

    /** Reads the spec; what it was understood as means the same when it is printed and read again. */
    public static void fuzzerTestOneInput(byte[] input) {
        SpecParser parser = new SpecParser(Path.of("/"));
        PROMISE.hold(() -> {
            SourceSpec spec = parser.parse(new String(input, StandardCharsets.UTF_8));
            String printed = spec.toJson();
            if (!parser.parse(printed).equals(spec)) {
                throw new BrokenPromise("it means something else when it is printed: " + printed);
            }
        });
    }
}
