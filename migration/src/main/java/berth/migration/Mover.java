package berth.migration;

import berth.block.BlockException;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.SourceOpener;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Moves disks into a store while they are in use: {@link #prepare}, {@link #execute}, then {@link #commit} or
 * {@link #abort}. One mover for a store, for as long as the store is open; safe for use by several threads.
 *
 * <p>Each step ends in a state that the store keeps. A step that was interrupted, by a failure, by a cancel or by the end
 * of the process, goes on when it is taken again. Where {@code image} names a migration, it is the target's name, or the
 * name that the source in the trash had.
 *
 * <p>All methods throw {@link Problem#POOL_NOT_FOUND} and {@link Problem#IMAGE_NOT_FOUND} for what there is not, and all
 * but {@link #plan} and {@link #prepare} throw {@link Problem#NOT_MIGRATING} for an image that does not migrate.
 */
public final class Mover {
    private final MigrationStore store;
    private final SourceCheck check;
    private final Planner planner;
    private final Preparation preparation;
    private final Execution execution;
    private final Commit commit;
    private final Abort abort;
    private final Activities activities = new Activities();

    /**
     * A mover.
     *
     * @param store the store that disks are moved into; stays open
     * @param sources opens the sources of imports again
     * @param receipts issues the receipts
     * @param space says how much space the store has left
     * @param time tells and waits for time
     */
    public Mover(MigrationStore store, SourceOpener sources, Receipts receipts, SpaceProbe space, TimeSource time) {
        this.store = store;
        this.check = new SourceCheck(sources, new Adoption(store, sources, time));
        this.planner = new Planner(store, sources, space, time);
        this.preparation = new Preparation(store, sources, planner, time);
        this.execution = new Execution(store, check, activities, time);
        this.commit = new Commit(store, check, activities, receipts, time);
        this.abort = new Abort(store, activities);
    }

    /**
     * Says what a move would do, and everything that stands in its way, without changing anything.
     *
     * @param bytesPerSecond the rate to estimate the time with, at least 1; when empty, a small part of the source is read to measure
     *     one
     */
    public Plan plan(MoveRequest request, OptionalLong bytesPerSecond) {
        return planner.plan(request, Optional.of(bytesPerSecond));
    }

    /**
     * Makes the target, which can be used at once: what has not been copied yet is read from the source.
     *
     * @return the target
     * @throws BlockException for the first of the problems that the {@linkplain #plan plan} finds; the message names all
     *     of them, and nothing has changed
     */
    public ImageInfo prepare(MoveRequest request) {
        return preparation.run(request);
    }

    /**
     * Copies the disk while it is in use, or goes on with that. A failure or a cancel leaves what was copied, and the
     * state executing.
     *
     * @return what was copied
     * @throws BlockException {@link Problem#MIGRATION_STATE} when it was executed already; {@link Problem#MIGRATING} when
     *     it is being executed now; {@link Problem#SOURCE_CHANGED}; {@link Problem#CANCELLED}; what reading and writing
     *     can throw
     */
    public CopyStatus execute(ImageSpec image, ExecuteOptions options, CopyProgress progress) {
        return execution.run(image, options, progress);
    }

    /**
     * Verifies what was copied, writes the receipt and cuts the link: a linked source is removed.
     *
     * @throws BlockException {@link Problem#MIGRATION_STATE} when not everything has been copied;
     *     {@link Problem#IMAGE_IN_USE} when the image has descendants, which are the exception's blockers, and force is
     *     not set; {@link Problem#SOURCE_CHANGED}; {@link Problem#CORRUPT} when the target, or the source, differs from
     *     what was copied
     */
    public Committed commit(ImageSpec image, CommitOptions options, Progress progress) {
        return commit.run(image, options, progress);
    }

    /**
     * Undoes the migration: a linked source comes back with what was written to the target, an import's target goes.
     *
     * @throws BlockException {@link Problem#IMAGE_IN_USE} when the target is open; {@link Problem#MIGRATING} when another
     *     step is being taken; {@link Problem#MIGRATION_STATE} when its commit has begun
     */
    public void abort(ImageSpec image, Progress progress) {
        abort.run(image, progress);
    }

    /**
     * Checks that the source of a migration is what it was when the migration was prepared.
     *
     * @throws BlockException {@link Problem#SOURCE_CHANGED}, {@link Problem#IO} when it cannot be told now
     */
    public void requireUnchangedSource(ImageSpec image) {
        check.check(store.migration(image), false);
    }

    /** Where a migration stands. */
    public MigrationStatus status(ImageSpec image) {
        MigrationRecord record = store.migration(image);
        Optional<CopyStatus> running = activities.copying(record.targetId());
        Optional<CopyStatus> copied = running.or(() -> atLastCheckpoint(record));
        Optional<String> parent = MoveNotes.find(record).flatMap(MoveNotes::parent);
        return new MigrationStatus(record, copied, running.isPresent(), parent);
    }

    private static Optional<CopyStatus> atLastCheckpoint(MigrationRecord record) {
        if (record.state() == MigrationState.PREPARED) {
            return Optional.empty();
        }
        return MoveNotes.find(record).map(notes -> notes.copied().toStatus());
    }
}
