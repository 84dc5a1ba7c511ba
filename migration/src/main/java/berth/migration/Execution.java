package berth.migration;

import berth.block.BlockException;
import berth.block.Fill;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.SelfFilling;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The step <em>execute</em>: begins in state prepared, or goes on in state executing. */
final class Execution {
    private final MigrationStore store;
    private final SourceCheck sources;
    private final Activities activities;
    private final TimeSource time;

    Execution(MigrationStore store, SourceCheck sources, Activities activities, TimeSource time) {
        this.store = store;
        this.sources = sources;
        this.activities = activities;
        this.time = time;
    }

    /** See {@link Mover#execute}. */
    CopyStatus run(ImageSpec image, ExecuteOptions options, CopyProgress progress) {
        MoveRecord move = new MoveRecord(store, image);
        requireState(move.current());
        try (Activities.Activity activity = activities.begin(move.targetId(), image, "being executed")) {
            // Again: another execute may have ended since the first look.
            MigrationRecord record = move.current();
            requireState(record);
            MoveNotes notes = sources.check(record, options.acceptChangedSource());
            try (Fill fill = store.openFill(record.target())) {
                CopyMeter meter = new CopyMeter(before(fill, notes), progress, time);
                activity.copying(meter::status);
                notes = fill instanceof SelfFilling self
                        ? watch(self, meter, options, new Noted(move, notes))
                        : copy(fill, meter, options, new Noted(move, notes));
                return finish(move, notes.at(meter.status()), options, meter);
            }
        }
    }

    private static void requireState(MigrationRecord record) {
        MigrationState state = record.state();
        if (state != MigrationState.PREPARED && state != MigrationState.EXECUTING) {
            throw States.refuse(record, MigrationState.PREPARED);
        }
    }

    /** What is filled, the store knows best: a kill may have come after the last checkpoint. */
    private static CopyStatus before(Fill fill, MoveNotes notes) {
        MoveNotes.Copied copied = notes.copied();
        return new MoveNotes.Copied(
                        fill.filledObjects(),
                        fill.objects(),
                        copied.bytesRead(),
                        copied.bytesWritten(),
                        copied.bytesExpected())
                .toStatus();
    }

    /** Writes to the record how far a copy is. */
    private record Noted(MoveRecord move, MoveNotes notes) {
        void note(CopyStatus status) {
            move.update(MigrationState.EXECUTING, notes.at(status));
        }

        Noted started(TimeSource time, Map<String, String> how) {
            return new Noted(move, notes.started(time.now(), how));
        }
    }

    private MoveNotes copy(Fill fill, CopyMeter meter, ExecuteOptions options, Noted before) {
        int workers = options.workers().orElseGet(() -> fill.usefulThreads(fill.filledObjects() < fill.objects()));
        Noted noted = before.started(time, optionTexts(options, Integer.toString(workers)));
        noted.note(meter.status());
        Copier.Parts parts = new Copier.Parts(fill, pacer(fill, options), meter, time);
        new Copier(parts, workers, () -> noted.note(meter.status())).run();
        return noted.notes();
    }

    /** The store copies by itself. */
    private MoveNotes watch(SelfFilling fill, CopyMeter meter, ExecuteOptions options, Noted before) {
        if (options.bandwidth().isPresent()) {
            throw new BlockException(
                    Problem.UNSUPPORTED,
                    "librbd copies this image by itself, at a rate of its own: leave the bandwidth out");
        }
        Noted noted = before.started(time, optionTexts(options, "librbd"));
        noted.note(meter.status());
        fill.run((done, total) -> {
            meter.reached(done, total);
            return true;
        });
        meter.reached(1, 1);
        return noted.notes();
    }

    private Pacer pacer(Fill fill, ExecuteOptions options) {
        Optional<Throttle> throttle = options.bandwidth().isPresent()
                ? Optional.of(new Throttle(options.bandwidth().getAsLong(), time))
                : Optional.empty();
        return new Pacer(new ClientPriority(fill::foregroundRequests, time), throttle, time);
    }

    /** A source that changed while it was copied is found out here already, not only by the commit. */
    private CopyStatus finish(MoveRecord move, MoveNotes notes, ExecuteOptions options, CopyMeter meter) {
        MigrationRecord record = move.current();
        MoveNotes checked;
        try {
            checked = sources.check(record, notes, options.acceptChangedSource());
        } catch (BlockException e) {
            if (e.problem() != Problem.SOURCE_CHANGED) {
                throw e;
            }
            throw new BlockException(
                    Problem.SOURCE_CHANGED, "everything was copied, but meanwhile " + e.getMessage(), e.blockers());
        }
        move.update(MigrationState.EXECUTED, checked.executed(time.now()));
        return meter.status();
    }

    private static Map<String, String> optionTexts(ExecuteOptions options, String workers) {
        Map<String, String> texts = new TreeMap<>();
        texts.put("workers", workers);
        options.bandwidth().ifPresent(bandwidth -> texts.put("bandwidth", Long.toString(bandwidth)));
        return texts;
    }
}
