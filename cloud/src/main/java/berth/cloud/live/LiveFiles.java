package berth.cloud.live;

import berth.block.BlockException;
import berth.block.Problem;
import berth.libvirt.DomainXml;
import berth.posix.AtomicFile;
import berth.posix.PosixException;
import berth.posix.PosixFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * What is kept of the move of a running instance.
 *
 * @param directory a directory of the instance's own; made when it is needed
 */
record LiveFiles(Path directory) {
    private static final FileAttribute<?> OWNED =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    Path journal() {
        return directory.resolve("live-move.json");
    }

    /**
     * Writes a domain so that there is either all of it or none. Only its owner may read it: a domain can hold passwords
     * of consoles.
     *
     * @param name {@code before} or {@code after}, with {@code -inactive} for the definition
     */
    void write(String name, DomainXml xml) {
        Path file = directory.resolve(name + ".xml");
        try {
            AtomicFile.write(file, xml.toXml().getBytes(StandardCharsets.UTF_8), "rw-------");
        } catch (IOException e) {
            throw BlockException.of(e, "cannot write the domain XML " + file);
        }
    }

    /**
     * Takes the lock of the run that works on the move; closing it gives it up. It lies beside the directory, which is there
     * only when something was begun.
     *
     * @throws BlockException {@link Problem#MIGRATING} when another run has it
     */
    PosixFile lock() {
        Path path = directory.resolveSibling(directory.getFileName() + ".lock");
        try {
            Files.createDirectories(path.getParent(), OWNED);
        } catch (IOException e) {
            throw BlockException.of(e, "cannot lock " + path);
        }
        try {
            PosixFile file = PosixFile.open(path, PosixFile.Mode.CREATE);
            if (!file.tryLock()) {
                file.close();
                throw new BlockException(
                        Problem.MIGRATING,
                        "another berth is moving the instance, or takes its move back, at this moment (" + path + ")");
            }
            return file;
        } catch (PosixException e) {
            throw BlockException.of(e, "cannot lock " + path);
        }
    }

    /** Forgets a move of which nothing is left. */
    void deleteJournal() {
        try {
            Files.deleteIfExists(journal());
        } catch (IOException e) {
            throw BlockException.of(e, "cannot delete " + journal());
        }
    }
}
