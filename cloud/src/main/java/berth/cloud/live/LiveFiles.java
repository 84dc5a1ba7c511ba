package berth.cloud.live;

import berth.block.BlockException;
import berth.libvirt.DomainXml;
import berth.posix.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

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

    /** Forgets a move of which nothing is left. */
    void deleteJournal() {
        try {
            Files.deleteIfExists(journal());
        } catch (IOException e) {
            throw BlockException.of(e, "cannot delete " + journal());
        }
    }
}
