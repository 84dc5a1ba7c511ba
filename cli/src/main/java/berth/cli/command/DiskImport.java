package berth.cli.command;

import static berth.cli.call.CommandFailure.explain;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Source;
import berth.cli.call.Call;
import berth.cli.call.CommandFailure;
import berth.cli.call.ProgressLine;
import berth.cli.text.Json;
import berth.migration.CommitOptions;
import berth.migration.Committed;
import berth.migration.ExecuteOptions;
import berth.migration.MoveRequest;
import berth.migration.Mover;
import berth.source.spec.SpecParser;
import java.util.List;
import java.util.Set;

/** The import of a disk of any format: prepare, execute and commit of a live migration in one go. */
final class DiskImport {
    private static final String WHAT = "import failed";
    private static final Set<String> FORMATS = Set.of("raw", "qcow", "qcow2");

    private final Call call;
    private final ImageSpec target;
    private final Layout layout;

    DiskImport(Call call, ImageSpec target, Layout layout) {
        this.call = call;
        this.target = target;
        this.layout = layout;
    }

    /** Imports a file. An image that did not become complete is removed again. */
    void run(String format, String file) {
        if (!FORMATS.contains(format)) {
            throw CommandFailure.invalid("--input-format is one of raw, qcow, qcow2, not '" + format + "'");
        }
        if (file.equals("-")) {
            throw CommandFailure.invalid(
                    "--input-format needs a file: a disk image is not read from its start to its end");
        }
        Committed committed = explain(WHAT, () -> {
            prepare(spec(format, file));
            return call.track("Importing image", this::copyAndCommit);
        });
        if (call.console().terminal()) {
            call.console().error("Receipt: " + committed.receiptPlace() + "\n");
        }
    }

    private String spec(String format, String file) {
        List<String> backing = call.args().options("--backing-dir");
        return Json.write(false, json -> {
            json.writeStartObject();
            json.writeStringProperty("type", format);
            json.writeObjectPropertyStart("stream");
            json.writeStringProperty("type", "file");
            json.writeStringProperty(
                    "file_path", call.invocation().resolve(file).toString());
            json.writeEndObject();
            if (!backing.isEmpty()) {
                json.writeArrayPropertyStart("backing_allow");
                backing.forEach(directory ->
                        json.writeString(call.invocation().resolve(directory).toString()));
                json.writeEndArray();
            }
            json.writeEndObject();
        });
    }

    private void prepare(String spec) {
        try (Source source =
                call.engine().sources().open(new SpecParser(call.invocation().directory()).parse(spec))) {
            call.engine().mover().prepare(new MoveRequest.Import(source, target, layout));
        }
    }

    private Committed copyAndCommit(ProgressLine line) {
        Mover mover = call.engine().mover();
        try {
            mover.execute(
                    target,
                    ExecuteOptions.DEFAULT,
                    status -> line.update(status.percent(), MigrationCommands.detail(status)));
            return mover.commit(
                    target, options(), (done, total) -> line.update(100, " (verifying " + percent(done, total) + "%)"));
        } catch (BlockException e) {
            takeBack(mover, e);
            throw e;
        }
    }

    private CommitOptions options() {
        CommitOptions options = CommitOptions.DEFAULT;
        if (call.args().flag("--skip-verification")) {
            options = options.skippingVerification();
        }
        return call.args().flag("--skip-source-verification") ? options.skippingSource() : options;
    }

    private static long percent(long done, long total) {
        return total == 0 ? 100 : 100 * done / total;
    }

    private void takeBack(Mover mover, BlockException failure) {
        try {
            mover.abort(target, Progress.NONE);
        } catch (BlockException e) {
            if (e.problem() != Problem.MIGRATION_STATE) { // its commit had begun: the image is complete
                failure.addSuppressed(e);
            }
        }
    }
}
