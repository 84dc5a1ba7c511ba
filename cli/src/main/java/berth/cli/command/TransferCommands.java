package berth.cli.command;

import static berth.cli.call.CommandFailure.explain;
import static berth.cli.call.CommandFailure.explainRun;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Problem;
import berth.block.Progress;
import berth.cli.call.Arguments;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.LayoutOptions;
import berth.cli.call.SpecText;
import berth.cli.call.Specs;
import berth.posix.Errno;
import berth.posix.PosixException;
import berth.posix.PosixFile;
import berth.source.spec.SourceSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The commands that carry bytes in and out: {@code import}, {@code export}. */
public final class TransferCommands {
    private static final String STANDARD_STREAM = "-";

    private TransferCommands() {}

    /** {@code export}. */
    public static Command export() {
        return new Command(
                new Grammar("export", "Export image to file.")
                        .imageOrSnapshot()
                        .option("--image-id", "image-id", "image id; the image may be in the trash")
                        .option("--path", "path", "export file (or '-' for stdout)")
                        .positional("path-name", "export file (or '-' for stdout)")
                        .option("--export-format", "export-format", "format of image file [default: 1]")
                        .progress()
                        .example("export vms/web@before-upgrade web.raw")
                        .example("export vms/web - | zstd > web.raw.zst"),
                TransferCommands::runExport);
    }

    private static int runExport(Call call) {
        checkExportFormat(call);
        try (Image image = InfoCommand.open(call)) {
            String name = call.args()
                    .positional(1)
                    .or(() -> call.args().option("--path"))
                    .orElse(image.info().spec().image());
            explainRun("export error", () -> {
                if (name.equals(STANDARD_STREAM)) {
                    call.trackRun(
                            "Exporting image",
                            progress ->
                                    ImageExport.toStream(image, call.console().out(), progress));
                } else {
                    exportToFile(call, image, call.invocation().resolve(name));
                }
            });
        }
        return 0;
    }

    /** A file that was not written to its end is removed again. */
    private static void exportToFile(Call call, Image image, Path path) {
        boolean complete = false;
        boolean created = false;
        try (PosixFile file = PosixFile.open(path, PosixFile.Mode.CREATE_NEW)) {
            created = true;
            call.trackRun("Exporting image", progress -> ImageExport.toFile(image, file, progress));
            complete = true;
        } catch (PosixException e) {
            throw BlockException.of(e, "cannot write " + path);
        } finally {
            if (created && !complete) {
                deleteQuietly(path);
            }
        }
    }

    private static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // The failure that brought us here is the one to report.
        }
    }

    private static void checkExportFormat(Call call) {
        String format = call.args().option("--export-format").orElse("1");
        if (format.equals("2")) {
            throw new CommandFailure(Errno.EOPNOTSUPP.number(), "export format 2 is not supported: use format 1");
        }
        if (!format.equals("1")) {
            throw LayoutOptions.badArgument("--export-format");
        }
    }

    /** {@code import}. */
    public static Command importImage() {
        return new Command(
                SourceSpecs.add(new Grammar("import", "Import image from file."))
                        .option("--path", "path", "import file (or '-' for stdin)")
                        .positional("path-name", "import file (or '-' for stdin)")
                        .destination()
                        .option("-p --pool", "pool", "pool name (deprecated)")
                        .option("--image", "image", "image name (deprecated)")
                        .layout()
                        .option("--export-format", "export-format", "format of image file [default: 1]")
                        .option(
                                "--input-format",
                                "format",
                                "format of a disk (raw, qcow, qcow2): it is copied, verified and proven by a receipt")
                        .repeatable(
                                "--backing-dir",
                                "directory",
                                "where backing files may be [default: the directory of the disk]")
                        .bandwidth()
                        .verification()
                        .progress()
                        .note("Without --input-format the file is copied as a raw disk; zeroes are not stored. With it,"
                                + " or with a source-spec instead of a file, the disk takes the steps of a live migration in one go. To use the image before"
                                + " all is copied, see 'berth help migration prepare'.")
                        .note("A copy that was killed goes on when it is run again.")
                        .example("import web.raw vms/web")
                        .example("import --input-format qcow2 --backing-dir /images/base web.qcow2 vms/web")
                        .example("import -c ceph.conf --id cinder --input-format qcow2 web.qcow2 vms/web")
                        .example("import --source-spec-path web.json vms/web")
                        .example("import - vms/web < web.raw"),
                TransferCommands::runImport);
    }

    private static int runImport(Call call) {
        checkExportFormat(call);
        Arguments args = call.args();
        if (SourceSpecs.given(call)) {
            ImageSpec target = Specs.destination(
                    call,
                    0,
                    new SpecText(args.option("--pool"), Optional.empty(), args.option("--image"), Optional.empty()));
            SourceSpec spec = explain("import failed", () -> SourceSpecs.parse(call, SourceSpecs.read(call)));
            new DiskImport(call, call.engine(), target, LayoutOptions.layout(call, "import failed")).run(spec);
            return 0;
        }
        boolean pathByOption = args.option("--path").isPresent();
        String path = args.option("--path")
                .or(() -> args.positional(0))
                .orElseThrow(() -> CommandFailure.invalid("path was not specified"));
        ImageSpec target = Specs.destination(
                call,
                pathByOption ? 0 : 1,
                new SpecText(
                        args.option("--pool"),
                        Optional.empty(),
                        args.option("--image").or(() -> nameOf(path)),
                        Optional.empty()));
        Layout layout = LayoutOptions.layout(call, "import failed");
        Optional<String> format = args.option("--input-format");
        if (format.isPresent()) {
            new DiskImport(call, call.engine(), target, layout).run(format.get(), path);
            return 0;
        }
        explainRun(
                "import failed",
                () -> call.trackRun("Importing image", progress -> {
                    if (path.equals(STANDARD_STREAM)) {
                        importInto(
                                call,
                                target,
                                layout,
                                0,
                                image -> ImageImport.fromStream(call.console().in(), image, progress));
                    } else {
                        importFile(call, call.invocation().resolve(path), target, layout, progress);
                    }
                }));
        return 0;
    }

    private static Optional<String> nameOf(String path) {
        Path name = Path.of(path).getFileName();
        return name == null || path.equals(STANDARD_STREAM) ? Optional.empty() : Optional.of(name.toString());
    }

    private static void importFile(Call call, Path path, ImageSpec target, Layout layout, Progress progress) {
        if (Files.isDirectory(path)) {
            throw new CommandFailure(Errno.EISDIR.number(), "cannot import a directory");
        }
        try (PosixFile file = PosixFile.open(path, PosixFile.Mode.READ)) {
            importInto(call, target, layout, file.size(), image -> ImageImport.fromFile(file, image, progress));
        } catch (PosixException e) {
            throw BlockException.of(e, "cannot read " + path);
        }
    }

    private interface Copy {
        void into(Image image) throws IOException;
    }

    /** An image that did not become complete is removed again. */
    private static void importInto(Call call, ImageSpec target, Layout layout, long size, Copy copy) {
        call.store().create(target, size, layout);
        boolean complete = false;
        try (Image image = explain("error opening image", () -> call.store().open(target, Access.READ_WRITE))) {
            copy.into(image);
            image.flush();
            complete = true;
        } catch (IOException e) {
            call.checkCancelled();
            throw new BlockException(Problem.IO, "cannot read standard input: " + e.getMessage(), e);
        } finally {
            if (!complete) {
                call.store().remove(target, Progress.NONE);
            }
        }
    }
}
