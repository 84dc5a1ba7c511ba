package berth.cli.command;

import static berth.cli.call.CommandFailure.explain;
import static berth.cli.call.CommandFailure.explainRun;

import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Source;
import berth.cli.call.Arguments;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.LayoutOptions;
import berth.cli.call.SpecText;
import berth.cli.call.Specs;
import berth.migration.MoveRequest;
import berth.migration.Plan;
import berth.server.KeptSecrets;
import berth.source.spec.SourceSpec;
import java.util.Optional;
import java.util.OptionalLong;

/** {@code migration prepare}. */
public final class PrepareCommand {
    private PrepareCommand() {}

    /** {@code migration prepare}. */
    public static Command prepare() {
        Grammar grammar = new Grammar("migration prepare", "Prepare image migration.")
                .flag("--import-only", "only import data from source");
        return new Command(
                HttpOptions.add(
                                SourceSpecs.add(grammar),
                                "import to Ceph: stay, and serve the source to the clients of the image until it has"
                                        + " been executed")
                        .option("-p --pool", "pool", "source pool name")
                        .option("--namespace", "namespace", "source namespace name")
                        .option("--image", "image", "source image name")
                        .option("--snap", "snap", "source snapshot name")
                        .positional(
                                "source-image-or-snap-spec",
                                "source image or snapshot specification (example: [<pool-name>/[<namespace>/]]<image-name>[@<snap-name>])")
                        .destination()
                        .layout()
                        .flag("--flatten", "fill clone with parent data (make it independent)")
                        .flag(
                                "--dry-run",
                                "say what would be done, and everything that stands in the way; change nothing")
                        .formatted()
                        .note("The target can be used at once: what has not been copied yet is read from the source."
                                + " A source in this store goes to the trash until the migration is committed or aborted."
                                + " An import's source is described by a source-spec: JSON with a format (native, raw,"
                                + " qcow) and a stream (file, http, s3, nbd).")
                        .note("On Ceph librbd copies. It reads the source of an import from this command, which stays"
                                + " for that (--listen); when it ends too early, 'http serve --migrations' goes on.")
                        .example("migration prepare rbd/web vms/web")
                        .example("migration prepare --import-only --source-spec-path web.json vms/web")
                        .example("migration prepare -c ceph.conf --import-only --source-spec-path web.json vms/web"),
                PrepareCommand::run);
    }

    private static int run(Call call) {
        Arguments args = call.args();
        boolean hasSpec = SourceSpecs.given(call);
        if (hasSpec && !args.flag("--import-only")) {
            throw CommandFailure.invalid("--import-only must be used in combination with source-spec/source-spec-path");
        }
        if (!args.flag("--import-only")) {
            return prepareLinked(call);
        }
        return hasSpec ? prepareImport(call) : prepareNativeImport(call);
    }

    private static int prepareLinked(Call call) {
        ImageSpec source = Specs.image(call);
        ImageSpec target = Specs.destination(call, 1, SpecText.of(source));
        String what = "preparing migration failed";
        boolean flatten = call.args().flag("--flatten");
        return explain(what, () -> {
            Layout own = call.store().info(source).layout();
            Layout layout = LayoutOptions.layout(call, own, what);
            return finish(call, new MoveRequest.Linked(source, target, Optional.of(layout), flatten), what);
        });
    }

    /** The short form: a snapshot of this store by its name. */
    private static int prepareNativeImport(Call call) {
        SpecText text = Specs.text(call, 0);
        if (text.image().isEmpty()) {
            throw CommandFailure.invalid("image name was not specified");
        }
        String snapshot = text.snapshot().orElseThrow(() -> CommandFailure.invalid("snapshot name was not specified"));
        String pool = Specs.checkPool(call, text.place());
        String spec = SourceSpecs.ofSnapshot(pool, text.image().get(), snapshot);
        return importSource(call, spec, Specs.destination(call, 1, text));
    }

    /** With a source-spec a name alone is the destination's, as {@code rbd} has it. */
    private static int prepareImport(Call call) {
        String spec = SourceSpecs.read(call);
        boolean named = Specs.hasDestination(call, 1);
        return importSource(call, spec, named ? Specs.destination(call, 1, SpecText.NONE) : Specs.image(call));
    }

    private static int importSource(Call call, String json, ImageSpec target) {
        String what = "preparing import migration failed";
        SourceSpec spec = explain(what, () -> SourceSpecs.parse(call, json));
        if (call.args().flag("--dry-run")) {
            return importSource(call, spec, target, what);
        }
        try (KeptSecrets.Kept kept =
                explain(what, () -> call.engine().keptSecrets().keep(spec, target))) {
            return importSource(call, kept.spec(), target, what);
        }
    }

    private static int importSource(Call call, SourceSpec spec, ImageSpec target, String what) {
        Layout layout = LayoutOptions.layout(call, what);
        try (Source source = explain(what, () -> call.engine().sources().open(spec))) {
            MoveRequest.Import request = new MoveRequest.Import(source, target, layout);
            if (HttpOptions.asked(call) && !call.args().flag("--dry-run")) {
                ServedMigration.run(call, request, what);
                return 0;
            }
            return finish(call, request, what);
        }
    }

    private static int finish(Call call, MoveRequest request, String what) {
        if (!call.args().flag("--dry-run")) {
            explainRun(what, () -> call.engine().mover().prepare(request));
            return 0;
        }
        boolean json = call.json();
        Plan plan = call.engine().mover().plan(request, OptionalLong.empty());
        call.console().print(json ? plan.toJson().strip() + "\n" : plan.text());
        return plan.problems().isEmpty()
                ? 0
                : plan.problems().getFirst().problem().errno().number();
    }
}
