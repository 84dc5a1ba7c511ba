package berth.cloud;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Progress;
import berth.migration.CommitOptions;
import berth.migration.Committed;
import berth.migration.CopyProgress;
import berth.migration.MoveRequest;
import berth.migration.Mover;
import berth.migration.ReceiptSink;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The move of one disk, begun anew or gone on with. Owns the open disk. For one thread. */
final class DiskMove implements AutoCloseable {
    /** The states in which something is left to copy. */
    private static final Set<MigrationState> COPYING = EnumSet.of(MigrationState.PREPARED, MigrationState.EXECUTING);

    private final MigrationStore store;
    private final Mover mover;
    private final OpenDisk disk;
    private final ImageSpec target;
    private final Path receipt;
    private Optional<DiskReport> report = Optional.empty();
    private boolean sourceTouched;

    /**
     * @param target the image that the disk becomes
     * @param receipt where its receipt goes
     */
    DiskMove(MigrationStore store, Mover mover, OpenDisk disk, ImageSpec target, Path receipt) {
        this.store = store;
        this.mover = mover;
        this.disk = disk;
        this.target = target;
        this.receipt = receipt;
    }

    /** Where the disk stands. @throws BlockException as {@link DiskTarget#of} */
    DiskTarget look() {
        return DiskTarget.of(store, disk, target, receipt);
    }

    /** What a disk that is not there yet becomes. */
    MoveRequest request() {
        return new MoveRequest.Import(disk.source(), target, Layout.DEFAULT, MoveRequest.Needed.WHEN_COMMITTED);
    }

    /** What Nova calls the disk. */
    String name() {
        return disk.disk().name();
    }

    /** The size that the guest sees. */
    long sizeBytes() {
        return disk.source().points().getLast().reader().size();
    }

    ImageSpec target() {
        return target;
    }

    /** Takes the disk to where it can be committed. */
    void copy(MoveOptions options, MoveListener listener) {
        switch (look()) {
            case DiskTarget.Moved(var earlier) -> report = Optional.of(DiskReport.of(name(), earlier, receipt));
            case DiskTarget.Absent() -> begin(options, listener);
            case DiskTarget.Begun(MigrationState state) -> {
                // What an earlier run accepted is not known here.
                sourceTouched = true;
                if (state == MigrationState.ABORTING) {
                    mover.abort(target, Progress.NONE);
                    begin(options, listener);
                } else if (COPYING.contains(state)) {
                    execute(options, listener);
                }
            }
        }
    }

    private void begin(MoveOptions options, MoveListener listener) {
        mover.prepare(request());
        execute(options, listener);
    }

    private void execute(MoveOptions options, MoveListener listener) {
        CopyProgress progress = status -> listener.copying(target, status);
        try {
            mover.execute(target, options.copy(), progress);
        } catch (BlockException e) {
            requireOnlyTouched(e);
            mover.execute(target, options.copy().acceptingChangedSource(), progress);
        }
    }

    /**
     * Verifies the disk and cuts its link to the source.
     *
     * @return what became of it
     */
    DiskReport commit(MoveOptions options, MoveListener listener) {
        if (report.isEmpty()) {
            Committed committed =
                    commitUnlessTouched(options.commit().withReceipt(ReceiptSink.toFile(receipt)), listener);
            report = Optional.of(DiskReport.of(name(), committed.receipt(), receipt));
        }
        return report.get();
    }

    /**
     * Where a backing file was touched, its time proves nothing any more: then the source is read again, too, and has to
     * be what was copied.
     */
    private Committed commitUnlessTouched(CommitOptions options, MoveListener listener) {
        Progress progress = (done, total) -> listener.verifying(target, done, total);
        try {
            return mover.commit(
                    target, sourceTouched ? proving(options, options.acceptChangedSource()) : options, progress);
        } catch (BlockException e) {
            requireOnlyTouched(e);
            return mover.commit(target, proving(options, true), progress);
        }
    }

    private static CommitOptions proving(CommitOptions options, boolean acceptChangedSource) {
        return new CommitOptions(options.force(), false, true, acceptChangedSource, false, options.receipt());
    }

    private void requireOnlyTouched(BlockException e) {
        boolean touched = e.problem() == Problem.SOURCE_CHANGED
                && !e.blockers().isEmpty()
                && e.blockers().stream().allMatch(change -> {
                    int end = change.indexOf(": ");
                    return end > 0 && disk.isBackingTime(change.substring(0, end));
                });
        if (!touched) {
            throw e;
        }
        sourceTouched = true;
    }

    /**
     * Removes from the store what there is of a disk that has not been moved.
     *
     * @return what happened, for people; empty when there was nothing
     */
    Optional<String> undo() {
        try {
            if (report.isPresent() || !(look() instanceof DiskTarget.Begun)) {
                return Optional.empty();
            }
            mover.abort(target, Progress.NONE);
            return Optional.of("what had been copied to " + target + " was removed");
        } catch (BlockException e) {
            // A target of another disk is none of ours; all else is for the operator to know.
            return e.problem() == Problem.MIGRATING || e.problem() == Problem.IMAGE_EXISTS
                    ? Optional.empty()
                    : Optional.of("what had been copied to " + target + " is still there: " + e.getMessage());
        }
    }

    /** Closes the disk's files and lets writers at them again. */
    @Override
    public void close() {
        disk.close();
    }
}
