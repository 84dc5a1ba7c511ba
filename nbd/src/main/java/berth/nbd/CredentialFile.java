package berth.nbd;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files with secrets. What goes wrong is told by the file's name alone. */
final class CredentialFile {
    private static final int MAX_BYTES = 1 << 20;

    private CredentialFile() {}

    /** The whole file, at most 1 MiB. */
    static String read(Path file) {
        try (var in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw malformed(file, "it is longer than 1 MiB");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw unreadable(file, "there is no such file", e);
        } catch (AccessDeniedException e) {
            throw unreadable(file, "permission denied", e);
        } catch (IOException e) {
            throw unreadable(file, e.toString(), e);
        }
    }

    /** The failure of a file whose content is not what it has to be. No cause: it could repeat parts of a secret. */
    static BlockException malformed(Path file, String what) {
        return new BlockException(Problem.MALFORMED, "TLS credentials in " + file + " cannot be used: " + what);
    }

    private static BlockException unreadable(Path file, String why, IOException cause) {
        return new BlockException(Problem.IO, "TLS credentials in " + file + " cannot be read: " + why, cause);
    }
}
