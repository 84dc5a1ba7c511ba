package berth.posix;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Writes small files so that after a crash there is either the old content or the new one. */
public final class AtomicFile {
    private AtomicFile() {}

    /**
     * Writes a file durably, and makes its directory first where it is missing.
     *
     * @param mode the permissions of the file in the form {@code rw-------}; those of a directory made for it are the
     *     same and, for whoever may read, to enter
     * @throws IOException with the text of the errno where a system call failed; the old content is there then
     */
    public static void write(Path file, byte[] content, String mode) throws IOException {
        Path target = file.toAbsolutePath();
        Path directory = target.getParent();
        if (directory == null) {
            throw new FileSystemException(file.toString(), null, Errno.EISDIR.text());
        }
        Set<PosixFilePermission> permissions = PosixFilePermissions.fromString(mode);
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(enterable(mode))));
        Path temporary = Files.createTempFile(
                directory,
                "." + target.getFileName(),
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            writeDurably(temporary, content);
            Files.setPosixFilePermissions(temporary, permissions);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            PosixFile.syncDirectory(directory);
        } catch (PosixException e) {
            FileSystemException failure =
                    new FileSystemException(file.toString(), null, e.errno().text());
            failure.initCause(e);
            throw failure;
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static String enterable(String mode) {
        StringBuilder result = new StringBuilder(mode);
        for (int i = 0; i < mode.length(); i += 3) {
            result.setCharAt(i + 2, mode.charAt(i) == 'r' ? 'x' : '-');
        }
        return result.toString();
    }

    private static void writeDurably(Path file, byte[] content) {
        try (PosixFile out = PosixFile.open(file, PosixFile.Mode.READ_WRITE)) {
            out.write(ByteBuffer.wrap(content), 0);
            out.sync();
        }
    }
}
