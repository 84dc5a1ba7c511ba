package berth.source;

import berth.block.BlockException;
import berth.block.Problem;
import berth.source.qcow.QcowCache;
import berth.source.qcow.QcowHeader;
import berth.source.qcow.QcowImage;
import berth.source.spec.DiskFormat;
import berth.source.spec.DiskSpec;
import berth.source.spec.QcowSpec;
import berth.source.spec.RawSpec;
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

    private final StreamOpener streams;
    private final QcowCache cache = new QcowCache();
    private final List<ChainMember> members = new ArrayList<>();
    private final Set<String> identities = new HashSet<>();

    private ChainOpener(StreamOpener streams) {
        this.streams = streams;
    }

    /** The images of a chain from the top down; the first one is a {@link ChainMember.Qcow}. */
    static List<ChainMember> open(QcowSpec spec, StreamOpener streams) {
        ChainOpener chain = new ChainOpener(streams);
        try {
            chain.add(spec);
            return chain.members;
        } catch (RuntimeException e) {
            chain.members.forEach(ChainMember::close);
            throw e;
        }
    }

    /** Adds a disk that a spec describes, and what is below it. */
    private void add(DiskSpec disk) {
        checkLength();
        switch (disk) {
            case RawSpec raw -> addRaw(streams.open(raw.stream()));
            case QcowSpec qcow -> {
                Part part = new Part(qcow, members.size());
                Optional<Path> named = part.addTop();
                if (qcow.backing().isPresent()) {
                    add(qcow.backing().get());
                } else {
                    part.follow(named);
                }
            }
        }
    }

    private void addRaw(Stream stream) {
        members.add(ChainMember.Raw.of(stream));
        checkNoLoop(stream);
    }

    private void checkLength() {
        if (members.size() >= MAX_FILES) {
            throw new BlockException(
                    Problem.UNSUPPORTED, top() + ": the backing chain has more than " + MAX_FILES + " files");
        }
    }

    private String top() {
        return members.getFirst().describe().file();
    }

    private void checkNoLoop(Stream stream) {
        if (!identities.add(stream.identity())) {
            throw new BlockException(
                    Problem.MALFORMED,
                    top() + ": the backing chain is a loop: " + stream.name() + " comes twice in it");
        }
    }

    /** An image that a spec describes, and the files below it that are known from the images alone. */
    private final class Part {
        private final QcowSpec spec;
        private final int start;
        private final BackingPolicy policy;

        /** @param start how many images are above it */
        Part(QcowSpec spec, int start) {
            this.spec = spec;
            this.start = start;
            this.policy = BackingPolicy.of(spec);
        }

        /** Adds the image. Returns the path that it names as its backing file, unless the spec has one. */
        Optional<Path> addTop() {
            return addQcow(spec.path(), streams.open(spec.stream()));
        }

        void follow(Optional<Path> named) {
            Optional<Path> next = named;
            while (next.isPresent()) {
                next = addBacking(next.get());
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
            checkLength();
            DiskFormat format = format(above);
            Stream stream = FileStream.open(policy.check(above, BACKING_FILE, named));
            return switch (format) {
                case RAW -> {
                    addRaw(stream);
                    yield Optional.empty();
                }
                case QCOW -> addQcow(Optional.of(named), stream);
            };
        }

        private DiskFormat format(String above) {
            int depth = members.size() - start - 1;
            if (depth < spec.backingFormats().size()) {
                return spec.backingFormats().get(depth);
            }
            String declared = declaredFormat()
                    .orElseThrow(() -> new BlockException(
                            Problem.INVALID_ARGUMENT,
                            above + " does not name the format of its backing file, and formats are not guessed; add"
                                    + " \"backing_format\": \"raw\" or \"qcow2\" to the source-spec, or run qemu-img"
                                    + " rebase -u -F"));
            return DiskFormat.named(declared)
                    .orElseThrow(() -> new BlockException(
                            Problem.UNSUPPORTED,
                            above + ": backing files in format '" + declared
                                    + "' cannot be read; raw, qcow and qcow2 can"));
        }

        /** @param path where the image is; empty when it is not in a file */
        private Optional<Path> addQcow(Optional<Path> path, Stream stream) {
            Optional<Stream> data = Optional.empty();
            QcowHeader header;
            try {
                checkNoLoop(stream);
                header = QcowHeader.read(stream);
                data = header.externalData() ? Optional.of(openDataFile(stream, path, header)) : Optional.empty();
                QcowImage opened = new QcowImage(stream, header, data, cache);
                members.add(new ChainMember.Qcow(stream, header, data, opened));
            } catch (RuntimeException e) {
                data.ifPresent(Stream::close);
                stream.close();
                throw e;
            }
            return spec.backing().isPresent()
                    ? Optional.empty()
                    : header.backingName().map(name -> policy.resolve(stream.name(), path, BACKING_FILE, name));
        }

        private Stream openDataFile(Stream image, Optional<Path> path, QcowHeader header) {
            String name = header.dataFileName()
                    .orElseThrow(() -> new BlockException(
                            Problem.UNSUPPORTED, image.name() + ": the image does not name its external data file"));
            Path data = policy.resolve(image.name(), path, DATA_FILE, name);
            return FileStream.open(policy.check(image.name(), DATA_FILE, data));
        }
    }
}
