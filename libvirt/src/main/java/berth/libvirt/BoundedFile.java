package berth.libvirt;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads small files of outsiders. */
final class BoundedFile {
    private BoundedFile() {}

    /**
     * Reads a whole regular file.
     *
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND}, {@link Problem#MALFORMED} when it is larger than allowed or
     *     no regular file (a FIFO would block for ever), {@link Problem#IO}
     */
    static byte[] read(Path file, int maxBytes) {
        try {
            if (!Files.isRegularFile(file) && Files.exists(file)) {
                throw new BlockException(Problem.MALFORMED, "cannot read " + file + ": it is no regular file");
            }
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(maxBytes + 1);
                if (bytes.length > maxBytes) {
                    throw new BlockException(
                            Problem.MALFORMED, "cannot read " + file + ": it has more than " + maxBytes + " bytes");
                }
                return bytes;
            }
        } catch (NoSuchFileException e) {
            throw new BlockException(Problem.SOURCE_NOT_FOUND, "there is no file " + file, e);
        } catch (IOException e) {
            throw new BlockException(Problem.IO, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
