package berth.source.spec;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A disk of an instance: a file whose format is known from outside, from the domain's XML or Nova's {@code disk.info}.
 *
 * @param path the file
 * @param format its format
 * @param backingDirectories where its backing files may be, at any depth
 * @param backingFormats the formats of its backing files from the top down; where there is none, the images name them
 */
public record FileDisk(Path path, DiskFormat format, List<Path> backingDirectories, List<DiskFormat> backingFormats) {
    /** What describes the disk as a source. */
    public SourceSpec toSpec() {
        StreamSpec stream = new StreamSpec.File(path.toAbsolutePath());
        List<Path> directories =
                backingDirectories.stream().map(Path::toAbsolutePath).toList();
        return switch (format) {
            case RAW -> new RawSpec(stream, List.of());
            case QCOW -> new QcowSpec(stream, backingFormats, Optional.of(directories));
        };
    }
}
