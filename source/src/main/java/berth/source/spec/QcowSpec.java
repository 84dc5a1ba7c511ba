package berth.source.spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A qcow or qcow2 image with its backing files.
 *
 * @param stream the image
 * @param backingFormats the formats of its backing files from the top down; they go before what the images name
 * @param backingAllow the directories in which, at any depth, backing files and external data files may be; empty for the
 *     directory of the image, without those below it. An image that is not in a file has no directory
 * @param backing the disk below the image, instead of the one that the image names
 */
public record QcowSpec(
        StreamSpec stream,
        List<DiskFormat> backingFormats,
        Optional<List<Path>> backingAllow,
        Optional<DiskSpec> backing)
        implements DiskSpec {
    public QcowSpec {
        backingFormats = List.copyOf(backingFormats);
        backingAllow = backingAllow.map(List::copyOf);
    }

    /** An image over what it names. */
    public QcowSpec(StreamSpec stream, List<DiskFormat> backingFormats, Optional<List<Path>> backingAllow) {
        this(stream, backingFormats, backingAllow, Optional.empty());
    }

    /** An image whose backing files name their formats and lie beside it. */
    public static QcowSpec of(StreamSpec stream) {
        return new QcowSpec(stream, List.of(), Optional.empty());
    }

    /** The same image with more directories allowed; the image's own stays allowed when it was. */
    public QcowSpec alsoAllowing(List<Path> directories) {
        List<Path> all = new ArrayList<>(backingAllow.orElseGet(this::ownDirectory));
        all.addAll(directories);
        return new QcowSpec(stream, backingFormats, Optional.of(all), backing);
    }

    /** The image's path, if it is in a file. */
    public Optional<Path> path() {
        return stream instanceof StreamSpec.File(Path path) ? Optional.of(path) : Optional.empty();
    }

    private List<Path> ownDirectory() {
        return path().map(Path::getParent).stream().toList();
    }
}
