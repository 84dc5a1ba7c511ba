package berth.source;

import berth.block.BlockException;
import berth.block.Problem;
import berth.source.qcow.QcowCache;
import berth.source.qcow.QcowHeader;
import berth.source.qcow.QcowImage;
import berth.source.spec.DiskFormat;
import berth.source.spec.QcowSpec;
import berth.source.spec.StreamSpec;
import berth.source.stream.FileStream;
import berth.source.stream.Stream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Opens an image with all its backing files. For one thread, for one chain. */
final class ChainOpener {
    /** The longest chain; libvirt has the same limit. */
    private static final int MAX_FILES = 200;

    private static final String BACKING_FILE = "backing file";
    private static final String DATA_FILE = "external data file";

    private final QcowSpec spec;
    private final Path image;
    private final BackingPolicy policy;
    private final QcowCache cache = new QcowCache();
    private final List<ChainMember> members = new ArrayList<>();
    private final Set<String> identities = new HashSet<>();

    private ChainOpener(QcowSpec spec, Path image) {
        this.spec = spec;
        this.image = image;
        this.policy = BackingPolicy.of(spec, image);
    }

    /** The images of a chain from the top down; the first one is a {@link ChainMember.Qcow}. */
    static List<ChainMember> open(QcowSpec spec) {
        return switch (spec.stream()) {
            case StreamSpec.File file -> new ChainOpener(spec, file.path()).open();
        };
    }

    private List<ChainMember> open() {
        try {
            Optional<Path> next = addQcow(image, FileStream.open(image));
            while (next.isPresent()) {
                next = addBacking(next.get());
            }
            return members;
        } catch (RuntimeException e) {
            members.forEach(ChainMember::close);
            throw e;
        }
    }

    /** What the image at the bottom names; the format of the next one depends on it. */
    private Optional<String> declaredFormat() {
        return members.getLast() instanceof ChainMember.Qcow qcow
                ? qcow.header().backingFormat()
                : Optional.empty();
    }

    private Optional<Path> addBacking(Path named) {
        String above = members.getLast().describe().file();
        if (members.size() >= MAX_FILES) {
            throw new BlockException(
                    Problem.UNSUPPORTED, image + ": the backing chain has more than " + MAX_FILES + " files");
        }
        DiskFormat format = format(above);
        Stream stream = FileStream.open(policy.check(Path.of(above), BACKING_FILE, named));
        return switch (format) {
            case RAW -> {
                members.add(new ChainMember.Raw(stream));
                checkNoLoop(stream);
                yield Optional.empty();
            }
            case QCOW -> addQcow(named, stream);
        };
    }

    private DiskFormat format(String above) {
        int depth = members.size() - 1;
        if (depth < spec.backingFormats().size()) {
            return spec.backingFormats().get(depth);
        }
        String declared = declaredFormat()
                .orElseThrow(() -> new BlockException(
                        Problem.INVALID_ARGUMENT,
                        above + " does not name the format of its backing file, and formats are not guessed; add"
                                + " \"backing_format\": \"raw\" or \"qcow2\" to the source-spec, or run qemu-img rebase"
                                + " -u -F"));
        return DiskFormat.named(declared)
                .orElseThrow(() -> new BlockException(
                        Problem.UNSUPPORTED,
                        above + ": backing files in format '" + declared
                                + "' cannot be read; raw, qcow and qcow2 can"));
    }

    private Optional<Path> addQcow(Path named, Stream stream) {
        Optional<Stream> data = Optional.empty();
        QcowHeader header;
        try {
            checkNoLoop(stream);
            header = QcowHeader.read(stream);
            data = header.externalData() ? Optional.of(openDataFile(named, header)) : Optional.empty();
            QcowImage opened = new QcowImage(stream, header, data, cache);
            members.add(new ChainMember.Qcow(stream, header, data, opened));
        } catch (RuntimeException e) {
            data.ifPresent(Stream::close);
            stream.close();
            throw e;
        }
        return header.backingName().map(name -> policy.resolve(named, BACKING_FILE, name));
    }

    private Stream openDataFile(Path named, QcowHeader header) {
        String name = header.dataFileName()
                .orElseThrow(() -> new BlockException(
                        Problem.UNSUPPORTED, named + ": the image does not name its external data file"));
        Path path = policy.resolve(named, DATA_FILE, name);
        return FileStream.open(policy.check(named, DATA_FILE, path));
    }

    private void checkNoLoop(Stream stream) {
        if (!identities.add(stream.identity())) {
            throw new BlockException(
                    Problem.MALFORMED,
                    image + ": the backing chain is a loop: " + stream.name() + " comes twice in it");
        }
    }
}
