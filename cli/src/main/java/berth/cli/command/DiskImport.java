package berth.cli.command;

import static berth.cli.call.CommandFailure.explain;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.SnapshotSpec;
import berth.block.Source;
import berth.cli.call.Call;
import berth.cli.call.CommandFailure;
import berth.cli.call.ProgressLine;
import berth.cli.text.Json;
import berth.migration.CommitOptions;
import berth.migration.Committed;
import berth.migration.MoveRequest;
import berth.migration.Mover;
import berth.server.Engine;
import berth.server.KeptSecrets;
import berth.source.spec.SourceSpec;
import berth.source.spec.SpecParser;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The import of a disk of any format: prepare, execute and commit of a live migration in one go. */
final class DiskImport {
    private static final String WHAT = "import failed";
    private static final Set<String> FORMATS = Set.of("raw", "qcow", "qcow2");

    private final Call call;
    private final Engine engine;
    private final ImageSpec target;
    private final Layout layout;
    private final Optional<SnapshotSpec> parent;

    /**
     * @param engine the store that the disk goes into
     * @param target the image that it becomes
     */
    DiskImport(Call call, Engine engine, ImageSpec target, Layout layout) {
        this(call, engine, target, layout, Optional.empty());
    }

    /** @param parent what the image becomes a clone of */
    DiskImport(Call call, Engine engine, ImageSpec target, Layout layout, Optional<SnapshotSpec> parent) {
        this.call = call;
        this.engine = engine;
        this.target = target;
        this.layout = layout;
        this.parent = parent;
    }

    /** Imports a file. */
    void run(String format, String file) {
        if (!FORMATS.contains(format)) {
            throw CommandFailure.invalid("--input-format is one of raw, qcow, qcow2, not '" + format + "'");
        }
        if (file.equals("-")) {
            throw CommandFailure.invalid(
                    "--input-format needs a file: a disk image is not read from its start to its end");
        }
        run(explain(WHAT, () -> new SpecParser(call.invocation().directory()).parse(spec(format, file))));
    }

    /**
     * Imports what a source-spec describes. An image that did not become complete is removed again, unless this program
     * was killed: then the same import goes on where it was.
     */
    void run(SourceSpec spec) {
        Committed committed = explain(WHAT, () -> {
            try (KeptSecrets.Kept kept = engine.keptSecrets().keep(spec)) {
                prepare(kept.spec());
                return call.track("Importing image", this::copyAndCommit);
            }
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

    private void prepare(SourceSpec spec) {
        try (Source source = engine.sources().open(spec)) {
            if (!begun(source)) {
                engine.mover()
                        .prepare(new MoveRequest.Import(
                                source, target, layout, MoveRequest.Needed.WHEN_COMMITTED, parent));
            }
        }
    }

    /** Whether the same import was begun and killed. */
    private boolean begun(Source source) {
        try {
            MigrationRecord record = engine.store().migration(target);
            return record.importOnly()
                    && record.sourceDescription().equals(source.description())
                    && record.state() != MigrationState.ABORTING;
        } catch (BlockException e) {
            return switch (e.problem()) {
                case IMAGE_NOT_FOUND, NOT_MIGRATING -> false;
                default -> throw e;
            };
        }
    }

    private Committed copyAndCommit(ProgressLine line) {
        Mover mover = engine.mover();
        try {
            MigrationState state = engine.store().migration(target).state();
            if (state == MigrationState.PREPARED || state == MigrationState.EXECUTING) {
                mover.execute(
                        target,
                        MigrationCommands.copyOptions(call.args()),
                        status -> line.update(status.percent(), MigrationCommands.detail(status)));
            }
            return mover.commit(
                    target, options(), (done, total) -> line.update(100, " (verifying " + percent(done, total) + "%)"));
        } catch (BlockException e) {
            if (e.problem() != Problem.IMAGE_IN_USE) { // then another client is at it
                takeBack(mover, e);
            }
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
