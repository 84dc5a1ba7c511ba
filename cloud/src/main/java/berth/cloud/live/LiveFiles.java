package berth.cloud.live;

import berth.block.BlockException;
import berth.block.Problem;
import berth.libvirt.DomainXml;
import berth.posix.AtomicFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * What is kept of the move of a running instance.
 *
 * @param directory a directory of the instance's own; made when it is needed
 */
record LiveFiles(Path directory) {
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

    /** Held by the run that works on the move. */
    record Lock(FileChannel file) implements AutoCloseable {
        @Override
        public void close() {
            try {
                file.close();
            } catch (IOException e) {
                // The end of the process frees it.
            }
        }
    }

    /** @throws BlockException {@link Problem#MIGRATING} when another run has it */
    Lock lock() {
        Path path = directory.resolve("lock");
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!tryLock(file)) {
                file.close();
                throw new BlockException(
                        Problem.MIGRATING,
                        "another berth is moving the instance, or takes its move back, at this moment (" + path + ")");
            }
            return new Lock(file);
        } catch (IOException e) {
            throw BlockException.of(e, "cannot lock " + path);
        }
    }

    private static boolean tryLock(FileChannel file) throws IOException {
        try {
            return file.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false; // Another thread of this process has it.
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
