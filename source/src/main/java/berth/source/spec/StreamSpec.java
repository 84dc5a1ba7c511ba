package berth.source.spec;

import java.nio.file.Path;

/** Where the bytes of a source are. */
public sealed interface StreamSpec {
    /**
     * A file or block device.
     *
     * @param path its path; absolute
     */
    record File(Path path) implements StreamSpec {
        public File {
            if (!path.isAbsolute()) {
                throw new IllegalArgumentException("not an absolute path: " + path);
            }
        }
    }
}
