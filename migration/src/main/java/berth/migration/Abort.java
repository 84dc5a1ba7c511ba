package berth.migration;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Watcher;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The step <em>abort</em>: from any state but committing; an abort that was interrupted goes on. */
final class Abort {
    /** Failures with which the store refuses to begin: nothing has happened then, and the migration stays what it was. */
    private static final Set<Problem> REFUSALS = EnumSet.of(
            Problem.IMAGE_IN_USE,
            Problem.IMAGE_EXISTS,
            Problem.IMAGE_HAS_SNAPSHOTS,
            Problem.SNAPSHOT_HAS_CHILDREN,
            Problem.MIGRATION_STATE);

    private final MigrationStore store;
    private final Activities activities;

    Abort(MigrationStore store, Activities activities) {
        this.store = store;
        this.activities = activities;
    }

    /** See {@link Mover#abort}. */
    void run(ImageSpec image, Progress progress) {
        MoveRecord move = new MoveRecord(store, image);
        try (Activities.Activity _ = activities.begin(move.targetId(), image, "being aborted")) {
            MigrationRecord before = move.current();
            if (before.state() == MigrationState.COMMITTING) {
                throw States.refuse(before, MigrationState.EXECUTED);
            }
            if (before.usable()) {
                requireNoWatchers(before.target());
            }
            move.update(MigrationState.ABORTING);
            try {
                store.abortMigration(move.current().target(), progress);
            } catch (BlockException e) {
                if (REFUSALS.contains(e.problem())) {
                    takeBack(move, before.state(), e);
                }
                throw e;
            }
        }
    }

    private static void takeBack(MoveRecord move, MigrationState to, BlockException refusal) {
        try {
            if (move.current().state() == MigrationState.ABORTING) {
                move.update(to);
            }
        } catch (BlockException e) {
            refusal.addSuppressed(e);
        }
    }

    private void requireNoWatchers(ImageSpec target) {
        List<Watcher> watchers;
        try {
            watchers = store.watchers(target);
        } catch (BlockException e) {
            if (e.problem() == Problem.IO) {
                return; // Where the source is gone, an image cannot be looked at; the store itself refuses then.
            }
            throw e;
        }
        if (!watchers.isEmpty()) {
            throw Watchers.refusal(
                    "image has watchers - cannot abort migration: close " + target + " in its clients first", watchers);
        }
    }
}
