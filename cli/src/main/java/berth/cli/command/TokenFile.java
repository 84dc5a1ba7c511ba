package berth.cli.command;

import berth.block.BlockException;
import berth.block.Problem;
import berth.http.RangeServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Pattern;

/** The unguessable part of a URL, in a file that only its owner can read, so that the URL is the same after a restart. */
final class TokenFile {
    private static final Pattern TOKEN = Pattern.compile("[0-9a-f]{32,128}");
    private static final int MAX_BYTES = 1024;

    private TokenFile() {}

    /** The token in the file, which is made when it does not exist. */
    static String read(Path file) {
        try {
            if (!Files.exists(file)) {
                var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
                Files.writeString(Files.createFile(file, mode), RangeServer.newToken() + "\n");
            }
            try (var in = Files.newInputStream(file)) {
                String token = new String(in.readNBytes(MAX_BYTES), StandardCharsets.US_ASCII).strip();
                if (!TOKEN.matcher(token).matches()) {
                    throw new BlockException(
                            Problem.MALFORMED, file + " holds no token: 32 to 128 hexadecimal digits are needed");
                }
                return token;
            }
        } catch (IOException e) {
            throw BlockException.of(e, "cannot read the token file " + file);
        }
    }
}
