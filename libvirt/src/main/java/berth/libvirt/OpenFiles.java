package berth.libvirt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds out from {@code /proc} which processes have a file open for writing, whatever name they opened it by. Best effort:
 * processes of other users cannot be seen without privileges, those of other hosts never.
 */
final class OpenFiles {
    private static final Path PROC = Path.of("/proc");
    private static final Pattern FLAGS = Pattern.compile("^flags:\\s*([0-7]+)$", Pattern.MULTILINE);
    private static final int ACCESS_MODE = 3; // O_ACCMODE: 0 is reading, 1 writing, 2 both

    private OpenFiles() {}

    /** The processes that have the file open for writing. @throws IOException when the file itself cannot be looked at */
    static List<DiskUse.OpenForWriting> writers(Path file) throws IOException {
        Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        List<DiskUse.OpenForWriting> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (writes(process, key)) {
                    found.add(new DiskUse.OpenForWriting(pid(process), command(process)));
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    private static boolean writes(Path process, Object key) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (isFile(descriptor, key) && isWritable(process, descriptor)) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException | UncheckedIOException e) {
            // The process has ended, or is none of ours to look into: it is left out.
            return false;
        }
        return false;
    }

    private static boolean isFile(Path descriptor, Object key) {
        try {
            // Sockets, pipes and the like have no path; looking at the text first saves most calls of stat.
            return Files.readSymbolicLink(descriptor).isAbsolute()
                    && key.equals(Files.readAttributes(descriptor, BasicFileAttributes.class)
                            .fileKey());
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    private static boolean isWritable(Path process, Path descriptor) throws IOException {
        Matcher flags = FLAGS.matcher(Files.readString(process.resolve("fdinfo").resolve(descriptor.getFileName())));
        return flags.find() && (Long.parseLong(flags.group(1), 8) & ACCESS_MODE) != 0;
    }

    private static long pid(Path process) {
        return Long.parseLong(process.getFileName().toString());
    }

    private static String command(Path process) {
        try {
            return Files.readString(process.resolve("comm")).strip();
        } catch (IOException e) {
            return "?";
        }
    }
}
