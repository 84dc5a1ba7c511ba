package berth.ceph;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Fill;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.block.Source;
import berth.block.SourceOpener;
import berth.ceph.lib.MigrationHeader;
import berth.ceph.lib.RbdDirectory;
import berth.ceph.lib.RbdImage;
import berth.ceph.lib.RbdMigrations;
import berth.ceph.lib.RbdOptions;
import berth.ceph.lib.RbdSnapshots;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/**
 * The steps of a migration that librbd does: the target can be used by every client from the first step on. What rbd
 * prepares, Berth executes, commits and aborts, and the other way round.
 *
 * <p>Librbd 16 copies several kinds of source wrongly without a word and dies of others. It gets right the move of an
 * image within its cluster, and a plain qcow2 file; so those are all that it is given: every source of an import is shown
 * to it as such a file, after Berth's own readers have walked it.
 */
final class NativeMigrations {
    /**
     * The snapshot that is taken of the target before anybody can have written to it. Librbd copies the disk below it, so
     * that what was copied can be compared with the source although clients write.
     */
    static final String PROOF = "berth-migration-proof";

    private final Connection connection;
    private final CephStore store;
    private final NativeMoves moves;
    private final SourceOpener sources;

    NativeMigrations(Connection connection, CephStore store, NativeMoves moves, SourceOpener sources) {
        this.connection = connection;
        this.store = store;
        this.moves = moves;
        this.sources = sources;
    }

    private static Task task(String what, NativeMove move) {
        return Task.image(what + " " + move.target(), move.target().pool());
    }

    /** Makes a target that reads a source as a file over HTTP. */
    ImageInfo prepareImport(
            ImageSpec target, RbdOptions options, Source source, Publisher publisher, Map<String, String> attributes) {
        URI url = publisher.publish(source);
        String spec = sourceSpec(url);
        connection.in(Task.image("preparing import migration to " + target, target.pool()), context -> {
            new RbdMigrations(context).prepareImport(spec, target.image(), options);
            return target;
        });
        return prepared(
                target,
                NativeNotes.imported(source.description(), url.toString(), attributes),
                _ -> protect(target, source));
    }

    private static String sourceSpec(URI url) {
        return new JsonMapper()
                .writeValueAsString(Map.of("type", "qcow", "stream", Map.of("type", "http", "url", url.toString())));
    }

    /** Makes a target that reads an image of this cluster, which goes to the trash. */
    ImageInfo prepareLinked(ImageSpec source, ImageSpec target, RbdOptions options, Map<String, String> attributes) {
        String id = store.info(source).id();
        connection.in(Task.image("preparing migration of " + source, source.pool()), from -> {
            try (var to = connection.open(PoolSpec.parse(target.pool()))) {
                new RbdMigrations(to).prepare(new RbdDirectory(from), source.image(), target.image(), options);
            }
            return target;
        });
        return prepared(target, NativeNotes.moved(source, id, options.flatten(), attributes), _ -> {});
    }

    /** What is interrupted here is a migration without notes or proof, as rbd prepares one. */
    private ImageInfo prepared(ImageSpec target, NativeNotes notes, Consumer<NativeMove> more) {
        NativeMove move = moves.ofTarget(target).orElseThrow();
        try {
            if (!notes.url().isEmpty()) {
                moves.turnCacheOff(move); // Before its source is served to anybody.
            }
            moves.keep(move, notes);
            takeProof(move);
            more.accept(move);
            return store.info(target);
        } catch (RuntimeException e) {
            abortUnnoticed(move, e);
            throw e;
        }
    }

    private void abortUnnoticed(NativeMove move, RuntimeException reason) {
        try {
            abort(move, Progress.NONE);
        } catch (BlockException e) {
            reason.addSuppressed(e);
        }
    }

    private void takeProof(NativeMove move) {
        connection.in(task("taking the snapshot '" + PROOF + "' of image", move), context -> {
            try (RbdImage image = RbdImage.openById(context, move.id(), false)) {
                image.snapshots().create(PROOF);
            }
            return move;
        });
    }

    private void protect(ImageSpec target, Source source) {
        try (Image image = store.open(target, Access.READ_WRITE)) {
            source.points().stream()
                    .filter(Source.Point::isProtected)
                    .forEach(point -> image.protectSnapshot(point.name()));
        }
    }

    /** Opens the copying side. */
    Fill open(NativeMove move) {
        boolean proven = hasProof(move);
        return new NativeFill(this, move, NativeSides.open(store, sources, move, proven), proven);
    }

    /** Has librbd copy everything. */
    void execute(NativeMove move, Progress progress) {
        connection.in(task("migrating image", move), context -> {
            new RbdMigrations(context).execute(move.target().image(), progress);
            return move;
        });
    }

    /** Whether the target has the disk as it was copied. */
    private boolean hasProof(NativeMove move) {
        return connection.in(task("listing the snapshots of image", move), context -> {
            try (RbdImage image = Facts.lookById(context, move.id(), OptionalLong.empty())) {
                return image.snapshots().list().stream().map(Snapshot::name).anyMatch(PROOF::equals);
            }
        });
    }

    /** Cuts the link; goes on where it was interrupted. */
    void commit(NativeMove move, Progress progress) {
        if (move.header().isPresent()) {
            if (move.state() != MigrationState.EXECUTED && move.state() != MigrationState.COMMITTING) {
                throw new BlockException(
                        Problem.MIGRATION_STATE,
                        "the migration is " + move.state() + ": not everything has been copied yet");
            }
            connection.in(task("committing the migration of image", move), context -> {
                new RbdMigrations(context).commit(move.target().image(), progress);
                return move;
            });
        }
        removeProof(move);
        moves.forget(move);
    }

    private void removeProof(NativeMove move) {
        connection.in(task("removing the snapshot '" + PROOF + "' of image", move), context -> {
            try (RbdImage image = RbdImage.openById(context, move.id(), false)) {
                RbdSnapshots snapshots = image.snapshots();
                if (snapshots.list().stream().map(Snapshot::name).anyMatch(PROOF::equals)) {
                    snapshots.remove(PROOF, Progress.NONE);
                }
            }
            return move;
        });
    }

    /** Removes the target; a source in the trash comes back. */
    void abort(NativeMove move, Progress progress) {
        Optional<ImageSpec> source = move.notes().source();
        if (source.isEmpty()) {
            requireNoChildren(move);
            abortInLibrbd(move, progress);
            return;
        }
        boolean begun = move.header()
                .filter(header -> header.state() == MigrationHeader.State.ABORTING)
                .isPresent();
        if (!begun) { // Else librbd was interrupted: nobody can write to the target any more, nor has to.
            try (NativeReturn back = new NativeReturn(store, move)) {
                back.prepare();
            }
        }
        abortInLibrbd(move, progress);
    }

    private void abortInLibrbd(NativeMove move, Progress progress) {
        connection.in(task("aborting the migration of image", move), context -> {
            new RbdMigrations(context).abort(move.target().image(), progress);
            return move;
        });
    }

    /** Librbd would remove what it can of a target with clones. One whose source does not answer has none to be seen. */
    private void requireNoChildren(NativeMove move) {
        List<ImageSpec> children;
        try {
            children = store.children(move.target(), Optional.empty());
        } catch (BlockException e) {
            if (e.problem() == Problem.IO) {
                return;
            }
            throw e;
        }
        if (!children.isEmpty()) {
            List<String> names = children.stream().map(ImageSpec::toString).toList();
            throw new BlockException(
                    Problem.SNAPSHOT_HAS_CHILDREN,
                    "image " + move.target() + " has clones: " + String.join(", ", names)
                            + "; flatten or remove them first",
                    names);
        }
    }
}
