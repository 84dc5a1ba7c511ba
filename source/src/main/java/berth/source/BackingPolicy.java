package berth.source;

import berth.block.BlockException;
import berth.block.Problem;
import berth.source.spec.QcowSpec;
import berth.source.stream.FileStream;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Decides which files an image may name. What counts is the real path, after symbolic links: inside one of the allowed
 * directories, or, where none were given, in the image's own directory.
 */
final class BackingPolicy {
    private final Optional<Path> ownDirectory;
    private final List<Path> trees;

    private BackingPolicy(Optional<Path> ownDirectory, List<Path> trees) {
        this.ownDirectory = ownDirectory;
        this.trees = trees;
    }

    /**
     * The policy for an image and all its backing files.
     *
     * @param spec the image at the top
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND} when an allowed directory does not exist
     */
    static BackingPolicy of(QcowSpec spec) {
        if (spec.backingAllow().isPresent()) {
            List<Path> trees =
                    spec.backingAllow().get().stream().map(FileStream::realPath).toList();
            return new BackingPolicy(Optional.empty(), trees);
        }
        return new BackingPolicy(spec.path().map(image -> FileStream.realPath(directory(image))), List.of());
    }

    /**
     * The path that a name in an image means, relative to the image's directory as in QEMU.
     *
     * @param image what the image is called in messages
     * @param path where it is; empty when it is not in a file, and so in no directory
     * @throws BlockException {@link Problem#FORBIDDEN} when the name is not a plain path, or relative to no directory
     */
    Path resolve(String image, Optional<Path> path, String role, String name) {
        int colon = name.indexOf(':');
        int slash = name.indexOf('/');
        if (colon >= 0 && (slash < 0 || colon < slash)) {
            throw new BlockException(
                    Problem.FORBIDDEN,
                    image + ": the " + role + " '" + name + "' names a protocol; only plain file names are followed");
        }
        if (path.isEmpty() && !name.startsWith("/")) {
            throw new BlockException(
                    Problem.FORBIDDEN,
                    image + ": the " + role + " '" + name + "' is relative to an image that is not in a directory;"
                            + " say what is below the image with \"backing\" in the source-spec");
        }
        try {
            return path.map(file -> directory(file).resolve(name)).orElseGet(() -> Path.of(name));
        } catch (InvalidPathException e) {
            throw new BlockException(
                    Problem.MALFORMED, image + ": the " + role + "'s name is not a path: " + e.getReason(), e);
        }
    }

    /**
     * The real path of a file that an image names.
     *
     * @throws BlockException {@link Problem#FORBIDDEN} when it is not allowed, whether it exists or not;
     *     {@link Problem#SOURCE_NOT_FOUND}, {@link Problem#IO}
     */
    Path check(String image, String role, Path named) {
        Path real = realAsFarAsItExists(named);
        boolean allowed = ownDirectory.isPresent()
                ? ownDirectory.get().equals(real.getParent())
                : trees.stream().anyMatch(real::startsWith);
        if (!allowed) {
            String where = ownDirectory
                    .map(own -> "the directory of the image, " + own)
                    .orElseGet(() -> "one of the allowed directories " + trees);
            throw new BlockException(
                    Problem.FORBIDDEN,
                    image + ": the " + role + " " + real + " is not in " + where
                            + "; allow its directory with \"backing_allow\" in the source-spec if you trust it");
        }
        return FileStream.realPath(named);
    }

    private static Path directory(Path image) {
        Path parent = image.getParent();
        return parent == null ? image : parent;
    }

    /** What is missing must not be told from what is forbidden: an image could ask which files exist. */
    private static Path realAsFarAsItExists(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException _) {
            Path parent = path.getParent();
            Path name = path.getFileName();
            return parent == null || name == null
                    ? path
                    : realAsFarAsItExists(parent).resolve(name).normalize();
        }
    }
}
