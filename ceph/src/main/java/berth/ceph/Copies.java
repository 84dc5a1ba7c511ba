package berth.ceph;

import berth.block.BlockException;
import berth.block.Fill;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.SnapshotSpec;
import berth.block.Source;
import berth.block.SourceOpener;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.RbdDirectory;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Copies of disks that nobody uses before they are complete: Berth writes them into an image under a hidden name, which
 * gets its own name when the copy is committed.
 */
final class Copies implements Filling {
    private final Connection connection;
    private final Creation creation;
    private final SourceOpener sources;

    Copies(Connection connection, Creation creation, SourceOpener sources) {
        this.connection = connection;
        this.creation = creation;
        this.sources = sources;
    }

    /** See {@link berth.block.MigrationStore#prepareCopy} and {@link berth.block.MigrationStore#prepareClonedCopy}. */
    ImageInfo prepare(
            ImageSpec target,
            Optional<SnapshotSpec> parent,
            Layout layout,
            Source source,
            Map<String, String> attributes) {
        source.requireImportable();
        PoolSpec pool = PoolSpec.parse(target.pool());
        ImageSpec hidden = new ImageSpec(target.pool(), HiddenNames.of(target.image()));
        List<StoredMove.Point> points = StoredMove.points(source);
        StoredMove move = new StoredMove(
                StoredMove.FORMAT,
                StoredMove.Kind.COPY,
                target.image(),
                source.description(),
                MigrationState.PREPARED,
                points,
                attributes);
        in(pool, "preparing the copy to " + target, context -> {
            requireFree(context, pool, target);
            removeUnfinished(context, hidden);
            new RbdDirectory(context).makeTrash(); // So that an abort works even when the pool is full.
        });
        ImageInfo made = parent.isPresent()
                ? creation.cloneLockable(parent.get(), hidden, layout)
                : creation.createLockable(hidden, points.getFirst().sizeBytes(), layout);
        in(pool, "preparing the copy to " + target, context -> StoredMoves.keep(context, made.id(), move));
        return made.named(target);
    }

    private interface Work {
        void in(IoContext context);
    }

    private void in(PoolSpec pool, String what, Work work) {
        connection.in(Task.image(what, pool.toString()), context -> {
            work.in(context);
            return pool;
        });
    }

    private static void requireFree(IoContext context, PoolSpec pool, ImageSpec target) {
        if (StoredMoves.exists(context, target.image())) {
            throw new BlockException(Problem.IMAGE_EXISTS, "image " + target + " exists already");
        }
        if (StoredMoves.look(context, pool, HiddenNames.of(target.image())).isPresent()) {
            throw new BlockException(
                    Problem.IMAGE_EXISTS,
                    "a copy to " + target + " has been begun already; go on with 'migration execute " + target
                            + "', or end it with 'migration abort " + target + "'");
        }
    }

    /** Removes what a prepare or an abort that was interrupted has left: an image of that name without a record. */
    private static void removeUnfinished(IoContext context, ImageSpec hidden) {
        RbdDirectory directory = new RbdDirectory(context);
        boolean left = directory.list().stream().anyMatch(image -> image.name().equals(hidden.image()));
        if (left) {
            directory.remove(hidden.image(), Progress.NONE);
        }
    }

    @Override
    public Fill open(Moving moving) {
        CopyTarget target = CopyTarget.open(connection, moving);
        try {
            return new CopyFill(
                    target,
                    new CopySource(sources, moving.move().description()),
                    new DigestLog(connection, moving),
                    moving.move().points());
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
    }

    /** The image gets its name, and from then on there is nothing that could fail for good. */
    @Override
    public void commit(Moving moving, Progress progress) {
        List<StoredMove.Point> points = moving.move().points();
        DigestLog digests = new DigestLog(connection, moving);
        if (!moving.isVisible()) {
            try (CopyTarget _ = CopyTarget.open(connection, moving)) { // Nobody aborts it at this moment.
                requireNot(MigrationState.ABORTING, moving);
                requireCopied(moving, digests);
            }
            in(
                    moving.pool(),
                    "giving the copy its name " + moving.target(),
                    context -> new RbdDirectory(context)
                            .rename(moving.name(), moving.move().target()));
        }
        digests.remove(points.size());
        in(
                moving.pool(),
                "ending the migration to " + moving.target(),
                context -> StoredMoves.forget(context, moving.id()));
        progress.step(1, 1);
    }

    /** Asks for the state as it is now. */
    private void requireNot(MigrationState state, Moving moving) {
        Task task = Task.image(
                "looking at the migration to " + moving.target(), moving.pool().toString());
        boolean goesOn = connection.in(
                task,
                context -> StoredMoves.look(context, moving.pool(), moving.name())
                        .filter(found ->
                                found.id().equals(moving.id()) && found.move().state() != state)
                        .isPresent());
        if (!goesOn) {
            throw StoredMoves.ending(moving);
        }
    }

    private static void requireCopied(Moving moving, DigestLog digests) {
        List<StoredMove.Point> points = moving.move().points();
        long objects = CopyFill.objects(points);
        if (digests.count(points.size() - 1, objects) != objects) {
            throw new BlockException(
                    Problem.MIGRATION_STATE,
                    "the migration is " + moving.move().state() + ": not everything has been copied yet");
        }
    }

    @Override
    public void abort(Moving moving, Progress progress) {
        if (moving.isVisible()) {
            throw new BlockException(
                    Problem.MIGRATION_STATE, "image " + moving.target() + " is complete; its commit can only go on");
        }
        try (CopyTarget target = CopyTarget.open(connection, moving)) { // Nobody else is at it.
            requireNot(MigrationState.COMMITTING, moving);
            new DigestLog(connection, moving).remove(moving.move().points().size());
            target.removeSnapshots();
        }
        in(
                moving.pool(),
                "removing the copy to " + moving.target(),
                context -> new RbdDirectory(context).remove(moving.name(), progress));
    }
}
