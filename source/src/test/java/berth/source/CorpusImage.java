package berth.source;

import berth.source.spec.QcowSpec;
import java.nio.file.Path;
import java.util.List;

/**
 * An image of the corpus.
 *
 * @param spec how Berth opens it
 * @param format QEMU's name of its format
 * @param depths the file that holds the clusters, at each depth of the chain as {@code qemu-img map} counts
 * @param snapshots raw copies of what the disk was at each of its snapshots, with the snapshots' names
 */
record CorpusImage(QcowSpec spec, String format, List<Path> depths, List<SnapshotCopy> snapshots) {
    record SnapshotCopy(String name, Path raw) {}

    Path file() {
        return spec.path().orElseThrow();
    }
}
