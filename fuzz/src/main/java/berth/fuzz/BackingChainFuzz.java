package berth.fuzz;

import berth.block.Problem;
import berth.block.Source;
import berth.source.ChainFile;
import berth.source.DiskSource;
import berth.source.Inspection;
import berth.source.NativeResolver;
import berth.source.SourceFactory;
import berth.source.spec.DiskFormat;
import berth.source.spec.QcowSpec;
import berth.source.spec.StreamSpec;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The input is a qcow image in a directory, after a byte that says what its user allows. Around it are files that it may
 * name and files that it must not get at.
 */
public final class BackingChainFuzz {
    private static final Promise PROMISE = Promise.of(
            64 << 20,
            Problem.SOURCE_NOT_FOUND,
            Problem.FORBIDDEN,
            Problem.INVALID_ARGUMENT,
            Problem.MALFORMED,
            Problem.UNSUPPORTED,
            Problem.CORRUPT,
            Problem.IO);

    private static final int ALLOW_DIRECTORY = 1;
    private static final int RAW_BACKING = 2;

    private static final Path ROOT = Scratch.directory();
    private static final Path OWN = Scratch.directory(ROOT, "own");
    private static final Path ALLOWED = Scratch.directory(ROOT, "allowed");
    private static final Path IMAGE = Scratch.file(OWN, "image", new byte[0]);

    static {
        Scratch.file(OWN, "raw", new byte[4096]);
        Scratch.file(Scratch.directory(OWN, "below"), "raw", new byte[4096]);
        Scratch.file(ALLOWED, "raw", new byte[4096]);
        Scratch.file(ROOT, "secret", new byte[4096]);
        Scratch.link(OWN, "link", Path.of("../secret"));
        OpenedFiles.allow(BackingChainFuzz::mayBeOpened);
    }

    private static final SourceFactory SOURCES = new SourceFactory(NativeResolver.NONE);
    private static volatile boolean ownAllowed;

    private BackingChainFuzz() {}

    /** Opens and reads the image with what lies under it. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        Scratch.rewrite(IMAGE, Arrays.copyOfRange(input, 1, input.length));
        boolean other = (input[0] & ALLOW_DIRECTORY) != 0;
        ownAllowed = !other;
        QcowSpec spec = new QcowSpec(
                new StreamSpec.File(IMAGE),
                (input[0] & RAW_BACKING) != 0 ? List.of(DiskFormat.RAW) : List.of(),
                other ? Optional.of(List.of(ALLOWED)) : Optional.empty());
        PROMISE.hold(() -> {
            try (Source source = SOURCES.open(spec)) {
                use(source);
            }
        });
    }

    private static void use(Source source) {
        if (source instanceof DiskSource disk) {
            for (ChainFile file : disk.files()) {
                OpenedFiles.opened(Path.of(file.file()));
                file.dataFile().map(Path::of).ifPresent(OpenedFiles::opened);
            }
        }
        boolean sound = Inspection.of(source).problems().isEmpty();
        DiskUse.read(source.points().getLast().reader(), sound);
    }

    private static boolean mayBeOpened(Path file) {
        Path real = Scratch.realPath(file);
        boolean allowed = ownAllowed ? OWN.equals(real.getParent()) : real.startsWith(ALLOWED);
        return allowed || real.equals(IMAGE);
    }
}
