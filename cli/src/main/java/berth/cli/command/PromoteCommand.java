package berth.cli.command;

import static berth.cli.call.CommandFailure.explain;
import static berth.cli.call.CommandFailure.explainRun;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.block.SnapshotSpec;
import berth.cli.call.Call;
import berth.cli.call.CephOptions;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.SpecText;
import berth.cli.call.Specs;
import berth.migration.MigrationStatus;
import berth.server.Engine;
import berth.source.spec.NativeSpec;
import berth.source.spec.StoreName;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/** {@code promote}: an image of a local store, with its snapshots, into a Ceph cluster. */
public final class PromoteCommand {
    /** The snapshot that is copied as the disk; it is there for as long as the copy takes. */
    private static final String MOMENT = "berth-promote";

    private static final String WHAT = "promoting failed";

    private PromoteCommand() {}

    /** {@code promote}. */
    public static Command promote() {
        return new Command(
                new Grammar("promote", "Copy an image with its snapshots from the local store into a Ceph cluster.")
                        .image()
                        .option(
                                "--to",
                                "ceph:pool/image",
                                "pool of the cluster, and the image's name if it is to change")
                        .option(
                                "--parent",
                                "snap-spec",
                                "snapshot of the cluster that the copy becomes a clone of [default: for a clone, that of"
                                        + " its parent's names in the target's pool, if it is there and protected]")
                        .creation()
                        .bandwidth()
                        .verification()
                        .progress()
                        .note("The image may be in use: it is copied as it is when the command begins, and stays in the"
                                + " local store. The copy has its snapshots, protected where they are. The copy of a"
                                + " clone is a clone again, which holds only what differs, when its parent was promoted"
                                + " before; else it has no parent. The cluster is that of -c, --id and --keyring.")
                        .note("A copy that was killed goes on when it is run again.")
                        .example("promote vms/web --to ceph:vms")
                        .example("promote vms/web --to ceph:vms --parent images/debian@v1")
                        .example("promote -c /etc/ceph/ceph.conf --id cinder vms/web --to ceph:volumes/web"),
                PromoteCommand::run);
    }

    private static int run(Call call) {
        call.engine().requireLocal();
        ImageSpec source = Specs.image(call);
        ImageSpec target = target(call, source);
        try (Engine cluster = explain(WHAT, () -> call.engine().connect(call.cluster()))) {
            ImageInfo info = explain(WHAT, () -> call.store().info(source));
            NativeSpec spec = spec(call, source);
            DiskImport copy = new DiskImport(call, cluster, target, info.layout());
            Optional<MigrationStatus> begun = explain(WHAT, () -> copy.begun(spec));
            begun.ifPresent(migration -> goOn(call, migration, target));
            Optional<SnapshotSpec> parent =
                    begun.isPresent() ? Optional.empty() : explain(WHAT, () -> parent(call, cluster, info, target));
            try {
                explainRun(WHAT, () -> takeMoment(call.store(), source, begun.isPresent()));
                copy.run(spec, begun, parent);
            } finally {
                forgetMoment(call.store(), source, () -> copy.begun(spec).isPresent());
            }
        }
        return 0;
    }

    private static ImageSpec target(Call call, ImageSpec source) {
        String to = call.args().option("--to").orElse(CephOptions.POOL_PREFIX + source.pool());
        if (!to.startsWith(CephOptions.POOL_PREFIX)) {
            throw CommandFailure.invalid(
                    "--to is ceph:POOL, ceph:POOL/IMAGE or ceph:POOL/NAMESPACE/IMAGE, not '" + to + "'");
        }
        String place = to.substring(CephOptions.POOL_PREFIX.length());
        if (place.indexOf('/') < 0) {
            return new ImageSpec(place, source.image());
        }
        SpecText text = SpecText.parse(place);
        return new ImageSpec(text.place(), text.image().orElseThrow());
    }

    /** Says what the copy that was begun becomes, which cannot be chosen again. */
    private static void goOn(Call call, MigrationStatus begun, ImageSpec target) {
        String parent = begun.parent().map(name -> "a clone of " + name).orElse("an image without a parent");
        Optional<String> named =
                call.args().option("--parent").map(text -> snapshot(text).toString());
        if (named.isPresent() && !named.equals(begun.parent())) {
            throw CommandFailure.invalid("the copy that was begun to " + target + " becomes " + parent
                    + "; to change that, end it with 'migration abort " + target + "' first");
        }
        call.console().complain("note: the copy that was begun goes on; " + target + " becomes " + parent);
    }

    /**
     * What the image becomes a clone of: the snapshot that {@code --parent} names, or the one of the same name that its
     * parent has in the cluster. Whatever it holds, the whole image is compared with the source before it is committed.
     */
    private static Optional<SnapshotSpec> parent(Call call, Engine cluster, ImageInfo info, ImageSpec target) {
        Optional<String> named = call.args().option("--parent");
        if (named.isEmpty() && info.parent().isEmpty()) {
            return Optional.empty();
        }
        SnapshotSpec parent = named.map(PromoteCommand::snapshot).orElseGet(() -> {
            SnapshotSpec local = info.parent().orElseThrow().snapshot();
            return new ImageSpec(target.pool(), local.image().image()).at(local.snapshot());
        });
        if (named.isPresent() || isProtected(cluster.store(), parent)) {
            call.console().complain("note: " + target + " becomes a clone of " + parent + " in the cluster");
            return Optional.of(parent);
        }
        call.console()
                .complain("note: " + info.spec() + " is a clone of "
                        + info.parent().orElseThrow().snapshot() + ", and there is no protected snapshot " + parent
                        + " in the cluster; " + target + " will hold all of its data and have no parent");
        return Optional.empty();
    }

    private static SnapshotSpec snapshot(String text) {
        SpecText spec = SpecText.parse(text);
        String name = spec.snapshot()
                .orElseThrow(() -> CommandFailure.invalid("--parent names a snapshot, as POOL/IMAGE@SNAPSHOT"));
        return new ImageSpec(spec.place(), spec.image().orElseThrow()).at(name);
    }

    private static boolean isProtected(MigrationStore cluster, SnapshotSpec parent) {
        try (Image image = cluster.open(parent)) {
            return image.snapshot().filter(Snapshot::isProtected).isPresent();
        } catch (BlockException e) {
            return switch (e.problem()) {
                case IMAGE_NOT_FOUND, SNAPSHOT_NOT_FOUND, ACCESS_DENIED -> false;
                default -> throw e;
            };
        }
    }

    private static NativeSpec spec(Call call, ImageSpec source) {
        return new NativeSpec(
                Optional.of(source.pool()),
                OptionalLong.empty(),
                Optional.empty(),
                source.image(),
                Optional.empty(),
                Optional.of(MOMENT),
                OptionalLong.empty(),
                Optional.of(new StoreName.Local(call.engine().directory().path())),
                true);
    }

    /** Takes the snapshot, unless there is the one of a copy that was begun. */
    private static void takeMoment(MigrationStore local, ImageSpec source, boolean begun) {
        try (Image image = local.open(source, Access.READ_WRITE)) {
            boolean taken = image.snapshots().stream().map(Snapshot::name).anyMatch(MOMENT::equals);
            if (taken && begun) {
                return;
            }
            if (taken) {
                image.removeSnapshot(MOMENT, Progress.NONE);
            }
            image.createSnapshot(MOMENT);
        }
    }

    /** Removes the snapshot, unless a copy of it can still go on. */
    private static void forgetMoment(MigrationStore local, ImageSpec source, BooleanSupplier begun) {
        try {
            if (!begun.getAsBoolean()) {
                try (Image image = local.open(source, Access.READ_WRITE)) {
                    image.removeSnapshot(MOMENT, Progress.NONE);
                }
            }
        } catch (BlockException e) {
            if (e.problem() != Problem.SNAPSHOT_NOT_FOUND && e.problem() != Problem.UNREACHABLE) {
                throw e;
            }
        }
    }
}
