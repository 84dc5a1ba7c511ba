package berth.migration;

import berth.block.BlockException;
import berth.block.Fill;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.SelfFilling;
import java.util.List;
import java.util.Optional;

/**
 * The step <em>commit</em>. Everything that can refuse it comes before the state committing; from there on it only goes
 * forward: the receipt is written, then the link is cut. So a receipt exists for every committed migration, and a commit
 * that was interrupted goes on with what it found the first time.
 */
final class Commit {
    /** The share of the progress that verification takes, of {@link PhaseProgress#UNITS}. */
    private static final long VERIFIED = 900;

    private final MigrationStore store;
    private final SourceCheck sources;
    private final Activities activities;
    private final Receipts receipts;
    private final TimeSource time;

    Commit(MigrationStore store, SourceCheck sources, Activities activities, Receipts receipts, TimeSource time) {
        this.store = store;
        this.sources = sources;
        this.activities = activities;
        this.receipts = receipts;
        this.time = time;
    }

    /** See {@link Mover#commit}. */
    Committed run(ImageSpec image, CommitOptions options, Progress progress) {
        MoveRecord move = new MoveRecord(store, image);
        MigrationRecord begun = move.current();
        List<ImageSpec> descendants = begun.usable() ? Descendants.of(store, begun.target()) : List.of();
        if (begun.state() != MigrationState.COMMITTING) {
            requireDescendantsAccepted(descendants, options);
            requireState(begun);
        }
        try (Activities.Activity _ = activities.begin(move.targetId(), image, "being committed")) {
            MigrationRecord record = move.current();
            requireState(record);
            if (record.state() == MigrationState.EXECUTED) {
                record = verify(move, record, options, new PhaseProgress(progress, 0, VERIFIED));
            }
            Receipt receipt = receipts.sign(Statements.of(record, MoveNotes.of(record), receipts));
            String place = receipts.write(receipt, options.receipt());
            store.commitMigration(move.current().target(), new PhaseProgress(progress, VERIFIED, PhaseProgress.UNITS));
            return new Committed(receipt, place, descendants);
        }
    }

    private static void requireState(MigrationRecord record) {
        if (record.state() != MigrationState.EXECUTED && record.state() != MigrationState.COMMITTING) {
            throw States.refuse(record, MigrationState.EXECUTED);
        }
    }

    private static void requireDescendantsAccepted(List<ImageSpec> descendants, CommitOptions options) {
        if (options.force() || descendants.isEmpty()) {
            return;
        }
        List<String> names = descendants.stream().map(ImageSpec::toString).toList();
        throw new BlockException(
                Problem.IMAGE_IN_USE,
                "the image has descendants: " + String.join(", ", names)
                        + ". In-use, read-only descendant images will not detect the parent update. Ensure no descendant"
                        + " images are opened read-only and run again with force flag",
                names);
    }

    /** The store lets nobody else at the target until the state is committing, from which no abort comes back. */
    private MigrationRecord verify(MoveRecord move, MigrationRecord record, CommitOptions options, Progress progress) {
        MoveNotes notes = sources.check(record, options.acceptChangedSource());
        try (Fill fill = store.openFill(record.target())) {
            if (fill instanceof SelfFilling self) {
                notes = SelfFilled.prepare(self, notes, options, time);
            }
            Verifier.requireAllFilled(fill);
            Optional<RangeDigests> ranges = options.skipVerification()
                    ? Optional.empty()
                    : Optional.of(SelfFilled.explain(
                            fill,
                            new Verifier(fill, time, notes.points().size(), options.verifySource(), progress)::run));
            DigestTree tree = new DigestTree();
            for (long object = 0; object < fill.objects(); object++) {
                tree.add(fill.recorded(object));
            }
            MoveNotes sealed = notes.sealed(new MoveNotes.Seal(
                    time.now(), fill.objectBytes(), tree.root(), ranges, ranges.isPresent() && options.verifySource()));
            return move.update(MigrationState.COMMITTING, sealed);
        }
    }
}
