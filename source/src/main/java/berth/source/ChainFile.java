package berth.source;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * One file of a source.
 *
 * @param file its name
 * @param format QEMU's name of its format: {@code raw}, {@code qcow}, {@code qcow2}
 * @param clusterBytes the size of its clusters; empty for raw
 * @param diskBytes the size of the disk in it
 * @param fileBytes the size of the file
 * @param backing the backing file's name, as the file has it
 * @param dataFile the external data file's name
 */
public record ChainFile(
        String file,
        String format,
        OptionalLong clusterBytes,
        long diskBytes,
        long fileBytes,
        Optional<String> backing,
        Optional<String> dataFile) {}
