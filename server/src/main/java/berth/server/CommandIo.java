package berth.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A command's standard streams, and the wish that it end. Its streams are the process's own or those of a client.
 *
 * @param in standard input; nothing is read from it before the command does
 * @param out standard output, unbuffered
 * @param err standard error, unbuffered
 * @param cancellation set when the command should end early; a blocked read of {@code in} then fails
 */
public record CommandIo(InputStream in, OutputStream out, OutputStream err, Cancellation cancellation) {
    /** Writes a line to standard error, if anybody is there to read it. */
    public void tell(String line) {
        try {
            err.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Nobody looks after all.
        }
    }
}
