package berth.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files for targets that need real ones, in {@code -Dfuzz.scratch=DIRECTORY} or where temporary files are; they go when
 * the process ends.
 */
final class Scratch {
    private static final Path PARENT =
            Path.of(System.getProperty("fuzz.scratch", System.getProperty("java.io.tmpdir")));

    private Scratch() {}

    /** A new directory. */
    static Path directory() {
        try {
            return goesAtExit(Files.createTempDirectory(PARENT, "berth-fuzz")).toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new directory in another one. */
    static Path directory(Path parent, String name) {
        try {
            return goesAtExit(Files.createDirectory(parent.resolve(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a file. */
    static Path file(Path directory, String name, byte[] bytes) {
        try {
            return goesAtExit(Files.write(directory.resolve(name), bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a symbolic link. */
    static void link(Path directory, String name, Path to) {
        try {
            goesAtExit(Files.createSymbolicLink(directory.resolve(name), to));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes a file again that {@link #file} made. */
    static void rewrite(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a file really is. */
    static Path realPath(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path goesAtExit(Path path) {
        path.toFile().deleteOnExit();
        return path;
    }
}
