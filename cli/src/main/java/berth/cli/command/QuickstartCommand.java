package berth.cli.command;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Problem;
import berth.block.Snapshot;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.text.ByteSize;
import berth.cloud.InstanceMover;
import berth.cloud.InstancePlan;
import berth.cloud.InstanceReport;
import berth.cloud.InstanceRequest;
import berth.cloud.MoveOptions;
import berth.libvirt.NbdExport;
import berth.migration.Plan;
import berth.posix.Errno;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code quickstart}: the main job on the sample instance. */
public final class QuickstartCommand {
    private static final Path SAMPLES = Path.of("samples", "instances");

    private QuickstartCommand() {}

    /** {@code quickstart}. */
    public static Command quickstart() {
        return new Command(
                new Grammar("quickstart", "Move the sample instance into the store, and say what to try next.")
                        .option(
                                "--sample",
                                "directory",
                                "instance directory to move instead of the sample that comes with berth")
                        .progress()
                        .example("quickstart --store /tmp/berth"),
                QuickstartCommand::run);
    }

    private static int run(Call call) {
        call.engine().requireLocal();
        Path sample = call.args()
                .option("--sample")
                .map(call.invocation()::resolve)
                .or(QuickstartCommand::findSample)
                .orElseThrow(() -> new CommandFailure(
                        Errno.ENOENT.number(),
                        "the sample instance is not beside the program: name an instance directory with --sample"));
        call.console().println("Moving the Nova instance in " + sample);
        call.console().println("into the store " + call.engine().directory().path() + " ...");
        call.console().println("");
        Path socket = InstanceCommands.defaultSocket(call);
        InstanceMover mover = InstanceCommands.mover(call, Optional.of(new NbdExport.UnixSocket(socket)));
        InstanceRequest request = InstanceRequest.of(sample);
        Optional<String> there = movedFromACopy(call, mover.plan(request, MoveOptions.DEFAULT));
        String disk;
        if (there.isPresent()) {
            disk = there.get();
            call.console().println("The store has this instance already, moved from another copy of it.");
            describe(call, disk);
        } else {
            InstanceReport report = InstanceCommands.run(call, mover, List.of(request), MoveOptions.DEFAULT, true)
                    .getFirst();
            if (report.failure().isPresent()) {
                return report.failure().get().errno();
            }
            disk = report.disks().getFirst().image();
            describe(call, disk);
            call.console().println("The instance directory was not changed. Every object was read again and compared.");
        }
        next(call, disk, socket);
        return 0;
    }

    /** The root disk's image, when all that stands in the way is that the store has it from another place. */
    private static Optional<String> movedFromACopy(Call call, InstancePlan plan) {
        boolean onlyThat = !plan.problems().isEmpty()
                && plan.problems().stream()
                        .map(Plan.Obstacle::problem)
                        .allMatch(problem -> problem == Problem.IMAGE_EXISTS || problem == Problem.SOURCE_CHANGED);
        String pool = MoveOptions.DEFAULT.pool();
        return plan.instance()
                .filter(_ -> onlyThat)
                .map(uuid -> pool + "/" + uuid + "_disk")
                .filter(image -> call.store().images(pool).stream()
                        .anyMatch(info -> info.spec().toString().equals(image)));
    }

    /** What there is now, read back from the store. */
    private static void describe(Call call, String disk) {
        int slash = disk.indexOf('/');
        ImageSpec spec = new ImageSpec(disk.substring(0, slash), disk.substring(slash + 1));
        try (Image image = call.store().open(spec, Access.READ_ONLY)) {
            List<Snapshot> snapshots = image.snapshots();
            call.console().println("");
            call.console()
                    .println("The disk is now image " + disk + ": " + ByteSize.format(image.size())
                            + ", of which " + ByteSize.format(image.usage().usedBytes()) + " are stored, "
                            + snapshots.size() + " snapshots.");
        }
    }

    private static void next(Call call, String disk, Path socket) {
        String store = "--store " + call.engine().directory().path() + " ";
        call.console().println("");
        call.console().println("Try next:");
        call.console().println("  berth " + store + "info " + disk);
        call.console().println("  berth " + store + "snap create " + disk + "@first");
        call.console().println("  berth " + store + "serve --nbd-socket " + socket);
    }

    /** The sample lies in the program's home, some levels above its jar. */
    private static Optional<Path> findSample() {
        Path at;
        try {
            at = Path.of(QuickstartCommand.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
        while (at != null) {
            Path samples = at.resolve(SAMPLES);
            if (Files.isDirectory(samples)) {
                return instanceIn(samples);
            }
            at = at.getParent();
        }
        return Optional.empty();
    }

    private static Optional<Path> instanceIn(Path samples) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(samples)) {
            for (Path entry : entries) {
                if (Files.exists(entry.resolve("disk.info"))) {
                    return Optional.of(entry);
                }
            }
        } catch (IOException e) {
            // The same as no sample.
        }
        return Optional.empty();
    }
}
