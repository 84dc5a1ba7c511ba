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
import berth.migration.MigrationStatus;
import berth.migration.MoveRequest;
import berth.migration.Mover;
import berth.server.Engine;
import berth.server.KeptSecrets;
import berth.source.spec.SourceSpec;
import berth.source.spec.SpecParser;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The import of a disk of any format: prepare, execute and commit of a live migration in one go. */
final class DiskImport {
    private static final String WHAT = "import failed";
    private static final Set<String> FORMATS = Set.of("raw", "qcow", "qcow2");

    private final Call call;
    private final Engine engine;
    private final ImageSpec target;
    private final Layout layout;

    /**
     * @param engine the store that the disk goes into
     * @param target the image that it becomes
     */
    DiskImport(Call call, Engine engine, ImageSpec target, Layout layout) {
        this.call = call;
        this.engine = engine;
        this.target = target;
        this.layout = layout;
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
        run(spec, this::begun, Optional.empty());
    }

    /**
     * The same for who has asked already whether it was {@link #begun}.
     *
     * @param parent what the image becomes a clone of, if it was not begun
     */
    void run(SourceSpec spec, Optional<MigrationStatus> begun, Optional<SnapshotSpec> parent) {
        run(spec, _ -> begun, parent);
    }

    private void run(
            SourceSpec spec, Function<SourceSpec, Optional<MigrationStatus>> begun, Optional<SnapshotSpec> parent) {
        Committed committed = explain(WHAT, () -> {
            try (KeptSecrets.Kept kept = engine.keptSecrets().keep(spec, target)) {
                String id = begun.apply(kept.spec())
                        .map(status -> status.record().targetId())
                        .orElseGet(() -> prepare(kept.spec(), parent));
                return call.track("Importing image", line -> copyAndCommit(id, line));
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

    private String prepare(SourceSpec spec, Optional<SnapshotSpec> parent) {
        try (Source source = engine.sources().open(spec)) {
            return engine.mover()
                    .prepare(new MoveRequest.Import(source, target, layout, MoveRequest.Needed.WHEN_COMMITTED, parent))
                    .id();
        }
    }

    /** The import of the same source to the same target, when it was begun and killed. */
    Optional<MigrationStatus> begun(SourceSpec spec) {
        try {
            MigrationStatus status = engine.mover().status(target);
            MigrationRecord record = status.record();
            boolean same = record.importOnly()
                    && record.target().equals(target)
                    && record.sourceDescription().equals(spec.toJson())
                    && record.state() != MigrationState.ABORTING;
            return same ? Optional.of(status) : Optional.empty();
        } catch (BlockException e) {
            return switch (e.problem()) {
                case IMAGE_NOT_FOUND, NOT_MIGRATING -> Optional.empty();
                default -> throw e;
            };
        }
    }

    /** The migration of this import: the name of a copy is free for others until it is committed, another migration too. */
    private MigrationRecord own(String id) {
        MigrationRecord record = engine.store().migration(target);
        if (!record.targetId().equals(id)) {
            throw new BlockException(
                    Problem.IMAGE_EXISTS, "another migration to image " + target + " was begun meanwhile");
        }
        return record;
    }

    private Committed copyAndCommit(String id, ProgressLine line) {
        Mover mover = engine.mover();
        try {
            MigrationState state = own(id).state();
            if (state == MigrationState.PREPARED || state == MigrationState.EXECUTING) {
                mover.execute(
                        target,
                        MigrationCommands.copyOptions(call.args()),
                        status -> line.update(status.percent(), MigrationCommands.detail(status)));
            }
            return mover.commit(
                    target, options(), (done, total) -> line.update(100, " (verifying " + percent(done, total) + "%)"));
        } catch (BlockException e) {
            // Then another client, or another command of this process, is at it.
            if (e.problem() != Problem.IMAGE_IN_USE && e.problem() != Problem.MIGRATING) {
                takeBack(id, mover, e);
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

    private void takeBack(String id, Mover mover, BlockException failure) {
        try {
            own(id);
            mover.abort(target, Progress.NONE);
        } catch (BlockException e) {
            if (e.problem() != Problem.MIGRATION_STATE) { // its commit had begun: the image is complete
                failure.addSuppressed(e);
            }
        }
    }
}
