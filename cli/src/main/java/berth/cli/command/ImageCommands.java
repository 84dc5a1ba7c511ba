package berth.cli.command;

import static berth.cli.call.CommandFailure.explainRun;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.SnapshotSpec;
import berth.ceph.PoolSpec;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.LayoutOptions;
import berth.cli.call.SpecText;
import berth.cli.call.Specs;

/** The commands that make, change and remove images. */
public final class ImageCommands {
    private static final String OTHER_PLACE = "\n  use 'berth migration prepare' to move an image to another place";

    private ImageCommands() {}

    /** {@code create}. */
    public static Command create() {
        return new Command(
                new Grammar("create", "Create an empty image.")
                        .image()
                        .layout()
                        .option("-s --size", "size", "image size (in M/G/T) [default: M]")
                        .example("create --size 20G vms/web"),
                call -> {
                    ImageSpec spec = Specs.image(call);
                    long size = LayoutOptions.imageSize(call);
                    Layout layout = LayoutOptions.layout(call, "create error");
                    explainRun("create error", () -> call.store().create(spec, size, layout));
                    return 0;
                });
    }

    /** {@code remove}. */
    public static Command remove() {
        return new Command(
                new Grammar("remove", "Delete an image.").image().progress().example("rm vms/web"), call -> {
                    ImageSpec spec = Specs.image(call);
                    try {
                        call.trackRun("Removing image", progress -> call.store().remove(spec, progress));
                    } catch (BlockException e) {
                        throw removeFailure(e);
                    }
                    return 0;
                });
    }

    private static CommandFailure removeFailure(BlockException e) {
        return switch (e.problem()) {
            case IMAGE_HAS_SNAPSHOTS ->
                new CommandFailure(
                        e.errno().number(),
                        "image has snapshots - these must be deleted with 'berth snap purge' before the image can be removed."
                                + reason(e));
            case IMAGE_IN_USE, MIGRATING ->
                new CommandFailure(
                        e.errno().number(),
                        "error: image still has watchers\n"
                                + "This means the image is still open or the client using it crashed. Try again after"
                                + " closing/unmapping it or waiting 30s for the crashed client to timeout."
                                + reason(e));
            default -> CommandFailure.of("delete error", e);
        };
    }

    private static String reason(BlockException e) {
        return "\n  " + e.getMessage();
    }

    /** {@code resize}. */
    public static Command resize() {
        return new Command(
                new Grammar("resize", "Resize (expand or shrink) image.")
                        .image()
                        .option("-s --size", "size", "image size (in M/G/T) [default: M]")
                        .flag("--allow-shrink", "permit shrinking")
                        .progress()
                        .example("resize --size 40G vms/web"),
                ImageCommands::runResize);
    }

    private static int runResize(Call call) {
        ImageSpec spec = Specs.image(call);
        long size = LayoutOptions.imageSize(call);
        boolean allowShrink = call.args().flag("--allow-shrink");
        try (Image image = call.open(spec, Access.READ_WRITE)) {
            if (size < image.info().size() && !allowShrink) {
                throw CommandFailure.invalid("shrinking an image is only allowed with the --allow-shrink flag");
            }
            explainRun(
                    "resize error",
                    () -> call.trackRun("Resizing image", progress -> image.resize(size, allowShrink, progress)));
        }
        return 0;
    }

    /** {@code rename}. */
    public static Command rename() {
        return new Command(
                new Grammar("rename", "Rename image within pool.")
                        .image()
                        .destination()
                        .example("mv vms/web vms/web-old"),
                call -> {
                    ImageSpec from = Specs.image(call);
                    ImageSpec to = Specs.newName(call, 1, from);
                    requireSamePlace(PoolSpec.parse(from.pool()), PoolSpec.parse(to.pool()));
                    explainRun("rename error", () -> call.store().rename(from, to.image()));
                    return 0;
                });
    }

    private static void requireSamePlace(PoolSpec from, PoolSpec to) {
        if (!from.pool().equals(to.pool())) {
            throw CommandFailure.invalid("mv/rename across pools not supported\nsource pool: " + from.pool()
                    + " dest pool: " + to.pool() + OTHER_PLACE);
        }
        if (!from.namespace().equals(to.namespace())) {
            throw CommandFailure.invalid("mv/rename across namespaces not supported\nsource namespace: "
                    + from.namespace() + " dest namespace: " + to.namespace() + OTHER_PLACE);
        }
    }

    /** {@code clone}. */
    public static Command cloneSnapshot() {
        return new Command(
                new Grammar("clone", "Clone a snapshot into a CoW child image.")
                        .snapshot()
                        .destination()
                        .layout()
                        .example("clone images/debian@v1 vms/web"),
                ImageCommands::runClone);
    }

    private static int runClone(Call call) {
        SnapshotSpec parent = Specs.snapshot(call);
        ImageSpec child = Specs.destination(call, 1, SpecText.NONE);
        Layout base = CommandFailure.explain(
                "error opening image " + parent.image().image(),
                () -> Layout.ofOrder(call.store().info(parent.image()).layout().order()));
        Layout layout = LayoutOptions.layout(call, base, "clone error");
        explainRun("clone error", () -> call.store().clone(parent, child, layout));
        return 0;
    }

    /** {@code flatten}. */
    public static Command flatten() {
        return new Command(
                new Grammar("flatten", "Fill clone with parent data (make it independent).")
                        .image()
                        .progress()
                        .example("flatten vms/web"),
                call -> {
                    ImageSpec spec = Specs.image(call);
                    try (Image image = call.open(spec, Access.READ_WRITE)) {
                        explainRun(
                                "flatten error",
                                () -> call.trackRun("Image flatten", (Progress progress) -> {
                                    if (image.info().parent().isEmpty()) {
                                        throw new BlockException(Problem.INVALID_ARGUMENT, "image has no parent");
                                    }
                                    image.flatten(progress);
                                }));
                    }
                    return 0;
                });
    }
}
