package berth.source.qcow;

import berth.block.BlockException;
import berth.block.Problem;
import berth.source.stream.Stream;
import java.util.Optional;

/** What the header of an image says to the one who opens it. */
public sealed interface QcowHeader permits Qcow1Header, Qcow2Header {
    /** QEMU's name of the format: {@code qcow} or {@code qcow2}. */
    String format();

    /** The size of the disk in bytes, as it is now. */
    long size();

    /** The size of a cluster in bytes. */
    long clusterBytes();

    /** The name of the backing file, as it is in the image. */
    Optional<String> backingName();

    /** The format of the backing file, where the image names it. */
    Optional<String> backingFormat();

    /** Whether the clusters are in an external data file. */
    boolean externalData();

    /** The name of the external data file, where the image names it. */
    Optional<String> dataFileName();

    /**
     * Reads and checks the header. Whether it is version 1, 2 or 3 is what the header says.
     *
     * @throws BlockException {@link Problem#MALFORMED} when it is not what the formats say; {@link Problem#UNSUPPORTED}
     *     for encryption, unknown versions and features, and disks over 16 TiB; {@link Problem#CORRUPT} when the image is
     *     marked as corrupt
     */
    static QcowHeader read(Stream stream) {
        HostFile file = new HostFile(stream, new QcowCache());
        int version = HeaderBytes.version(file);
        return switch (version) {
            case 1 -> Qcow1Header.read(file);
            case 2, 3 -> Qcow2Header.read(file, version);
            default ->
                throw new BlockException(
                        Problem.UNSUPPORTED,
                        file.name() + ": unknown qcow version " + Integer.toUnsignedString(version));
        };
    }
}
