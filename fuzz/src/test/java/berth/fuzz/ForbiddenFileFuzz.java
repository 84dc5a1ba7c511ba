package berth.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A target that opens a file, which no target may do without allowing it: Jazzer has to see that. */
public final class ForbiddenFileFuzz {
    private ForbiddenFileFuzz() {}

    /** Tries to open a file that is not there, and drops the failure as a parser could. */
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            Files.readString(Path.of("/nonexistent/berth"));
        } catch (IOException _) {
            // As if the file had never been asked for.
        }
    }
}
