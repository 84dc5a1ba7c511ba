package berth.cli.command;

import static berth.cli.call.CommandFailure.explainRun;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Snapshot;
import berth.block.SnapshotSpec;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.ProgressLine;
import berth.cli.call.SpecText;
import berth.cli.call.Specs;
import berth.cli.text.ByteSize;
import berth.cli.text.Json;
import berth.cli.text.Table;
import berth.cli.text.Table.Align;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The commands on snapshots. */
public final class SnapCommands {
    private SnapCommands() {}

    /** {@code snap create}. */
    public static Command create() {
        return new Command(
                new Grammar("snap create", "Create a snapshot.")
                        .snapshot()
                        .progress()
                        .example("snap create vms/web@before-upgrade"),
                call -> onImage(
                        call,
                        (image, snapshot) -> explainRun(
                                "failed to create snapshot",
                                () -> call.track("Creating snap", _ -> image.createSnapshot(snapshot)))));
    }

    private static int onImage(Call call, BiConsumer<Image, String> action) {
        SnapshotSpec spec = Specs.snapshot(call);
        try (Image image = call.open(spec.image(), Access.READ_WRITE)) {
            action.accept(image, spec.snapshot());
        }
        return 0;
    }

    /** {@code snap list}. */
    public static Command list() {
        return new Command(
                new Grammar("snap list", "Dump list of image snapshots.")
                        .image()
                        .formatted()
                        .flag("-a --all", "list snapshots from all namespaces")
                        .example("snap ls vms/web"),
                SnapCommands::runList);
    }

    private static int runList(Call call) {
        boolean json = call.json();
        ImageSpec spec = Specs.image(call);
        List<Snapshot> snapshots;
        try (Image image = call.open(spec, Access.READ_ONLY)) {
            snapshots = image.snapshots();
        }
        boolean all = call.args().flag("--all");
        if (json) {
            call.console().print(json(call, snapshots, all));
        } else if (!snapshots.isEmpty()) {
            call.console().print(table(call, snapshots, all));
        }
        return 0;
    }

    private static String table(Call call, List<Snapshot> snapshots, boolean all) {
        Table table = new Table()
                .column("SNAPID", Align.RIGHT)
                .column("NAME", Align.LEFT)
                .column("SIZE", Align.RIGHT)
                .column("PROTECTED", Align.LEFT)
                .column("TIMESTAMP", Align.LEFT);
        if (all) {
            table.column("NAMESPACE", Align.LEFT);
        }
        for (Snapshot s : snapshots) {
            String id = Long.toString(s.id());
            String size = ByteSize.format(s.size());
            String isProtected = s.isProtected() ? "yes" : "";
            String time = call.time(s.created());
            if (all) {
                table.row(id, s.name(), size, isProtected, time, "user");
            } else {
                table.row(id, s.name(), size, isProtected, time);
            }
        }
        return table.format();
    }

    private static String json(Call call, List<Snapshot> snapshots, boolean all) {
        return Json.write(call.pretty(), json -> {
            json.writeStartArray();
            for (Snapshot s : snapshots) {
                json.writeStartObject();
                json.writeNumberProperty("id", s.id());
                json.writeStringProperty("name", s.name());
                json.writeNumberProperty("size", s.size());
                json.writeStringProperty("protected", Boolean.toString(s.isProtected()));
                json.writeStringProperty("timestamp", call.time(s.created()));
                if (all) {
                    json.writeObjectPropertyStart("namespace");
                    json.writeStringProperty("type", "user");
                    json.writeEndObject();
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    /** {@code snap remove}. */
    public static Command remove() {
        return new Command(
                new Grammar("snap remove", "Delete a snapshot.")
                        .snapshot()
                        .progress()
                        .example("snap rm vms/web@before-upgrade"),
                call -> onImage(call, (image, snapshot) -> {
                    try {
                        call.trackRun("Removing snap", progress -> image.removeSnapshot(snapshot, progress));
                    } catch (BlockException e) {
                        throw switch (e.problem()) {
                            case SNAPSHOT_PROTECTED ->
                                new CommandFailure(
                                        e.errno().number(), "snapshot '" + snapshot + "' is protected from removal.");
                            default -> CommandFailure.of("failed to remove snapshot", e);
                        };
                    }
                }));
    }

    /** {@code snap purge}. */
    public static Command purge() {
        return new Command(
                new Grammar("snap purge", "Delete all unprotected snapshots.")
                        .image()
                        .progress()
                        .example("snap purge vms/web"),
                SnapCommands::runPurge);
    }

    /** Protected snapshots are reported but are no failure: {@code rbd} exits with 0 then. */
    private static int runPurge(Call call) {
        ImageSpec spec = Specs.image(call);
        try (Image image = call.open(spec, Access.READ_WRITE)) {
            List<Snapshot> snapshots = image.snapshots();
            List<String> kept = snapshots.stream()
                    .filter(Snapshot::isProtected)
                    .map(Snapshot::name)
                    .toList();
            ProgressLine line = call.progressLine("Removing all snapshots");
            try {
                removeAll(image, snapshots, line);
            } catch (BlockException e) {
                line.failed();
                throw CommandFailure.of("removing snaps failed", e);
            }
            if (kept.isEmpty()) {
                line.done();
                return 0;
            }
            call.console()
                    .complain("error removing snapshot(s) '" + String.join("', '", kept) + "', which "
                            + (kept.size() == 1 ? "is" : "are")
                            + " protected - these must be unprotected with `berth snap unprotect`.");
            line.failed();
            return 0;
        }
    }

    private static void removeAll(Image image, List<Snapshot> snapshots, ProgressLine line) {
        int removed = 0;
        for (Snapshot snapshot : snapshots) {
            if (!snapshot.isProtected()) {
                image.removeSnapshot(snapshot.name(), (_, _) -> line.update(0, ""));
                removed++;
                line.step(removed, snapshots.size());
            }
        }
    }

    /** {@code snap rollback}. */
    public static Command rollback() {
        return new Command(
                new Grammar("snap rollback", "Rollback image to snapshot.")
                        .snapshot()
                        .progress()
                        .example("snap rollback vms/web@before-upgrade"),
                call -> onImage(
                        call,
                        (image, snapshot) -> explainRun(
                                "rollback failed",
                                () -> call.trackRun(
                                        "Rolling back to snapshot", progress -> image.rollback(snapshot, progress)))));
    }

    /** {@code snap protect}. */
    public static Command protect() {
        return new Command(
                new Grammar("snap protect", "Prevent a snapshot from being deleted.")
                        .snapshot()
                        .example("snap protect images/debian@v1"),
                call -> onImage(call, (image, snapshot) -> {
                    try {
                        image.protectSnapshot(snapshot);
                    } catch (BlockException e) {
                        throw switch (e.problem()) {
                            case ALREADY_PROTECTED ->
                                new CommandFailure(e.errno().number(), "snap is already protected");
                            default -> CommandFailure.of("protecting snap failed", e);
                        };
                    }
                }));
    }

    /** {@code snap unprotect}. */
    public static Command unprotect() {
        return new Command(
                new Grammar("snap unprotect", "Allow a snapshot to be deleted.")
                        .snapshot()
                        .example("snap unprotect images/debian@v1"),
                call -> onImage(call, (image, snapshot) -> {
                    try {
                        image.unprotectSnapshot(snapshot);
                    } catch (BlockException e) {
                        throw switch (e.problem()) {
                            case NOT_PROTECTED -> new CommandFailure(e.errno().number(), "snap is already unprotected");
                            default -> CommandFailure.of("unprotecting snap failed", e);
                        };
                    }
                }));
    }

    /** {@code snap rename}. */
    public static Command rename() {
        return new Command(
                new Grammar("snap rename", "Rename a snapshot.")
                        .snapshot()
                        .option("--dest-snap", "dest-snap", "destination snapshot name")
                        .positional(
                                "dest-snap-spec",
                                "destination snapshot specification (example: "
                                        + "[<pool-name>/[<namespace>/]]<image-name>@<snap-name>)")
                        .example("snap rename vms/web@a vms/web@b"),
                SnapCommands::runRename);
    }

    private static int runRename(Call call) {
        SnapshotSpec from = Specs.snapshot(call);
        SpecText to = call.args().positional(1).map(SpecText::parse).orElse(SpecText.NONE);
        String name = to.snapshot()
                .or(() -> call.args().option("--dest-snap"))
                .orElseThrow(() -> CommandFailure.invalid("destination snapshot name was not specified"));
        ImageSpec image = from.image();
        if ((to.pool().isPresent() && !to.place().equals(image.pool())) || !matches(to.image(), image.image())) {
            throw CommandFailure.invalid("source and destination image must be the same");
        }
        try (Image open = call.open(image, Access.READ_WRITE)) {
            explainRun("renaming snap failed", () -> open.renameSnapshot(from.snapshot(), name));
        }
        return 0;
    }

    private static boolean matches(Optional<String> given, String wanted) {
        return given.isEmpty() || given.get().equals(wanted);
    }
}
