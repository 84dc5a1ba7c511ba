package berth.fuzz;

import berth.block.Problem;
import berth.source.qcow.QcowCache;
import berth.source.qcow.QcowHeader;
import berth.source.qcow.QcowImage;
import berth.source.qcow.QcowReader;
import berth.source.qcow.QcowSnapshot;
import berth.source.stream.Stream;
import java.util.Optional;

/** The input is an image of qcow version 1, 2 or 3: header, extensions, L1 and L2 tables, snapshots, clusters. */
public final class QcowImageFuzz {
    private static final Promise PROMISE =
            Promise.of(64 << 20, Problem.MALFORMED, Problem.UNSUPPORTED, Problem.CORRUPT);
    /** Snapshots whose disks are read; the check looks at all of them. */
    private static final int MAX_SNAPSHOTS = 3;

    private QcowImageFuzz() {}

    /** Opens, checks and reads the image. */
    public static void fuzzerTestOneInput(byte[] input) {
        PROMISE.hold(() -> use(new MemoryStream(input)));
    }

    private static void use(Stream file) {
        QcowHeader header = QcowHeader.read(file);
        Optional<Stream> dataFile = header.externalData() ? Optional.of(file) : Optional.empty();
        try (QcowImage image = new QcowImage(file, header, dataFile, new QcowCache())) {
            boolean sound = image.check(true).isEmpty();
            QcowReader head = image.head(Optional.empty());
            DiskUse.read(head, sound);
            for (QcowSnapshot snapshot :
                    image.snapshots().stream().limit(MAX_SNAPSHOTS).toList()) {
                QcowReader before = image.at(snapshot, Optional.empty());
                DiskUse.read(before, sound);
                head.changesSince(before, 0, head.size(), (_, _, _) -> {});
            }
        }
    }
}
