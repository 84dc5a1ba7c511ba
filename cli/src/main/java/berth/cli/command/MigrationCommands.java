package berth.cli.command;

import static berth.cli.call.CommandFailure.explain;
import static berth.cli.call.CommandFailure.explainRun;

import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.Problem;
import berth.cli.call.Arguments;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.LayoutOptions;
import berth.cli.call.Specs;
import berth.cli.text.ByteSize;
import berth.migration.CommitOptions;
import berth.migration.Committed;
import berth.migration.CopyStatus;
import berth.migration.ExecuteOptions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The commands that take the steps of a live migration after it has been prepared. */
public final class MigrationCommands {
    private MigrationCommands() {}

    /** {@code migration execute}. */
    public static Command execute() {
        return new Command(
                new Grammar("migration execute", "Execute image migration.")
                        .image()
                        .bandwidth()
                        .flag("--accept-changed-source", "go on although the source changed; the receipt says so")
                        .progress()
                        .note("The image can be used while it is copied. What was copied stays when the command is"
                                + " interrupted; run it again to go on.")
                        .example("migration execute vms/web")
                        .example("migration execute --bandwidth 100M vms/web"),
                MigrationCommands::runExecute);
    }

    /** How a command's options say that a disk is copied. */
    static ExecuteOptions copyOptions(Arguments args) {
        OptionalLong bandwidth = LayoutOptions.size(args, "--bandwidth", 1);
        if (bandwidth.isPresent() && bandwidth.getAsLong() == 0) {
            throw LayoutOptions.badArgument("--bandwidth");
        }
        return new ExecuteOptions(ExecuteOptions.DEFAULT.workers(), bandwidth, args.flag("--accept-changed-source"));
    }

    private static int runExecute(Call call) {
        ImageSpec image = Specs.image(call);
        ExecuteOptions options = copyOptions(call.args());
        explainRun(
                "migration failed",
                () -> call.track(
                        "Image migration",
                        line -> call.engine()
                                .mover()
                                .execute(image, options, status -> line.update(status.percent(), detail(status)))));
        return 0;
    }

    /** How far a copy is, for the line that shows progress. */
    static String detail(CopyStatus status) {
        StringBuilder detail = new StringBuilder(" (").append(ByteSize.format(status.bytesRead()));
        if (status.bytesExpected() > 0) {
            detail.append(" of ").append(ByteSize.format(status.bytesExpected()));
        }
        if (status.bytesPerSecond() >= 1) {
            detail.append(", ")
                    .append(ByteSize.format((long) status.bytesPerSecond()))
                    .append("/s");
        }
        status.remaining()
                .ifPresent(left -> detail.append(", ").append(text(left)).append(" left"));
        return detail.append(')').toString();
    }

    private static String text(Duration left) {
        long seconds = left.toSeconds();
        if (seconds < 60) {
            return seconds + " s";
        }
        return seconds < 3600 ? seconds / 60 + " min" : seconds / 3600 + " h " + seconds / 60 % 60 + " min";
    }

    /** {@code migration commit}. */
    public static Command commit() {
        return new Command(
                new Grammar("migration commit", "Commit image migration.")
                        .image()
                        .progress()
                        .flag("--force", "proceed even if the image has children")
                        .verification()
                        .flag("--accept-changed-source", "commit although the source changed; the receipt says so")
                        .flag(
                                "--accept-client-writes",
                                "commit an image on Ceph that rbd prepared although clients have written to it: only its"
                                        + " snapshots are compared; the receipt says so")
                        .note("Every object of the copy and of the source is read again and its digest compared before"
                                + " the link is cut; a signed receipt is written to the store, which receipt verify"
                                + " checks.")
                        .example("migration commit vms/web"),
                MigrationCommands::runCommit);
    }

    private static int runCommit(Call call) {
        ImageSpec image = Specs.image(call);
        boolean force = call.args().flag("--force");
        MigrationRecord record = explain(
                "getting migration status failed", () -> call.engine().store().migration(image));
        List<ImageSpec> children = call.store().children(record.target(), Optional.empty());
        if (!children.isEmpty()) {
            warnOfChildren(call, children, force);
        }
        CommitOptions options = new CommitOptions(
                force,
                call.args().flag("--skip-verification"),
                !call.args().flag("--skip-source-verification"),
                call.args().flag("--accept-changed-source"),
                call.args().flag("--accept-client-writes"),
                CommitOptions.DEFAULT.receipt());
        Committed committed = explain(
                "committing migration failed",
                () -> call.track(
                        "Commit image migration", line -> call.engine().mover().commit(image, options, line)));
        call.engine().keptSecrets().forget(record);
        if (call.console().terminal()) {
            call.console().error("Receipt: " + committed.receiptPlace() + "\n");
        }
        return 0;
    }

    private static void warnOfChildren(Call call, List<ImageSpec> children, boolean force) {
        StringBuilder text = new StringBuilder("the image has descendants: ");
        children.forEach(child -> text.append("\n  ").append(child));
        text.append("\nWarning: in-use, read-only descendant images will not detect the parent update.\n");
        if (!force) {
            throw new CommandFailure(
                    Problem.IMAGE_IN_USE.errno().number(),
                    text + "Ensure no descendant images are opened read-only and run again with force flag.");
        }
        call.console().complain(text + "Proceeding anyway due to force flag set.");
    }

    /** {@code migration abort}. */
    public static Command abort() {
        return new Command(
                new Grammar("migration abort", "Cancel interrupted image migration.")
                        .image()
                        .progress()
                        .note("A source in this store comes back with what was written to the target since it was"
                                + " prepared. The target of an import goes; its source was never touched.")
                        .example("migration abort vms/web"),
                call -> {
                    ImageSpec image = Specs.image(call);
                    explainRun(
                            "aborting migration failed",
                            () -> call.trackRun("Abort image migration", progress -> {
                                MigrationRecord record = call.engine().store().migration(image);
                                call.engine().mover().abort(image, progress);
                                call.engine().keptSecrets().forget(record);
                            }));
                    return 0;
                });
    }
}
