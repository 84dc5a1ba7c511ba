package berth.ceph;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.ceph.lib.Cluster;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.MigrationHeader;
import berth.ceph.lib.RbdDirectory;
import berth.ceph.lib.RbdHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * Finds the migrations of librbd and keeps Berth's notes on them. No image is opened for that: it would open the source,
 * too, which may not answer.
 */
final class NativeMoves {
    /** What {@code rbd config image set} sets: for this image it goes before every client's own configuration. */
    private static final String CACHE = "conf_rbd_cache";

    private final Connection connection;
    private final Pools pools;

    NativeMoves(Connection connection, Pools pools) {
        this.connection = connection;
        this.pools = pools;
    }

    /** The migration to an image; empty when there is no such image, or it is not the target of a migration. */
    Optional<NativeMove> ofTarget(ImageSpec image) {
        return look(
                image,
                (cluster, context) ->
                        new RbdHeaders(context).id(image.image()).flatMap(id -> byTarget(cluster, context, image, id)));
    }

    /** The migration of an image that is in the trash for it; empty when there is none of that name. */
    Optional<NativeMove> ofTrashedSource(ImageSpec image) {
        return look(image, (cluster, context) -> bySource(cluster, context, image));
    }

    private Optional<NativeMove> look(ImageSpec image, BiFunction<Cluster, IoContext, Optional<NativeMove>> how) {
        return connection.run(Task.image("looking at image " + image, image.pool()), cluster -> {
            try (IoContext context = connection.open(PoolSpec.parse(image.pool()))) {
                return how.apply(cluster, context);
            }
        });
    }

    private Optional<NativeMove> byTarget(Cluster cluster, IoContext context, ImageSpec name, String id) {
        RbdHeaders headers = new RbdHeaders(context);
        Optional<MigrationHeader> header = headers.migration(id).filter(found -> !found.ofSource());
        Optional<NativeNotes> noted =
                headers.metadata(id, NativeNotes.KEY).map(json -> NativeNotes.parse(name.toString(), json));
        if (header.isEmpty()) {
            // Librbd has committed; what is left to do is Berth's. Notes without that step were left by rbd's commit.
            return noted.filter(notes -> notes.step().equals(Optional.of(MigrationState.COMMITTING)))
                    .map(notes -> new NativeMove(name, id, header, notes, true));
        }
        NativeNotes notes = noted.orElseGet(() -> NativeMove.foreign(header.get(), poolName(cluster, header.get())));
        return Optional.of(new NativeMove(name, id, header, notes, noted.isPresent()));
    }

    private static String poolName(Cluster cluster, MigrationHeader header) {
        return header.poolId() < 0 ? "" : cluster.poolName(header.poolId());
    }

    private Optional<NativeMove> bySource(Cluster cluster, IoContext context, ImageSpec source) {
        RbdHeaders headers = new RbdHeaders(context);
        for (RbdDirectory.Trashed trashed : new RbdDirectory(context).trash()) {
            Optional<MigrationHeader> header = trashed.name().equals(source.image())
                    ? headers.migration(trashed.id()).filter(MigrationHeader::ofSource)
                    : Optional.empty();
            if (header.isPresent()) {
                return ofSource(cluster, header.get());
            }
        }
        return Optional.empty();
    }

    private Optional<NativeMove> ofSource(Cluster cluster, MigrationHeader header) {
        PoolSpec pool = new PoolSpec(poolName(cluster, header), header.namespace());
        try (IoContext context = connection.open(pool)) {
            return new RbdHeaders(context)
                    .name(header.imageId())
                    .flatMap(
                            name -> byTarget(cluster, context, new ImageSpec(pool.toString(), name), header.imageId()));
        }
    }

    /** All migrations in the pools that the user may look into. */
    List<NativeMove> all() {
        return all(damaged -> {
            throw damaged;
        });
    }

    /** The same without those whose notes are damaged. */
    List<NativeMove> readable() {
        return all(_ -> {});
    }

    private List<NativeMove> all(Consumer<BlockException> damaged) {
        List<NativeMove> found = new ArrayList<>();
        pools.forEachOpen(pool -> addAll(pool, found, damaged));
        return found;
    }

    private void addAll(String pool, List<NativeMove> to, Consumer<BlockException> damaged) {
        connection.run(Task.pool("listing the images of pool '" + pool + "'", pool), cluster -> {
            try (IoContext context = connection.open(PoolSpec.parse(pool))) {
                for (RbdDirectory.Named image : new RbdDirectory(context).named()) {
                    try {
                        byTarget(cluster, context, new ImageSpec(pool, image.name()), image.id())
                                .ifPresent(to::add);
                    } catch (BlockException e) {
                        if (e.problem() != Problem.CORRUPT) {
                            throw e;
                        }
                        damaged.accept(e);
                    }
                }
                return to;
            }
        });
    }

    /** Notes something on a migration. */
    NativeMove keep(NativeMove move, NativeNotes notes) {
        return connection.in(Task.image("noting the migration of image " + move.target(), poolOf(move)), context -> {
            new RbdHeaders(context).setMetadata(move.id(), NativeNotes.KEY, notes.toJson());
            return move.with(notes);
        });
    }

    /** Moves a migration to another state, and replaces its attributes. */
    NativeMove update(NativeMove move, MigrationState state, Map<String, String> attributes) {
        boolean executed = move.state() == MigrationState.EXECUTED || move.state() == MigrationState.COMMITTING;
        if (state == MigrationState.EXECUTED && !executed && move.state() != MigrationState.ABORTING) {
            throw new BlockException(
                    Problem.MIGRATION_STATE, "librbd has not copied everything yet: the state is " + move.state());
        }
        return keep(move, move.notes().in(state, attributes));
    }

    /**
     * Has clients that open the target go without librbd's cache. With it they are told that a write, and even the flush
     * after it, is done which then fails because the source does not answer; what was written is lost.
     */
    void turnCacheOff(NativeMove move) {
        connection.in(Task.image("configuring image " + move.target(), poolOf(move)), context -> {
            new RbdHeaders(context).setMetadata(move.id(), CACHE, "false");
            return move;
        });
    }

    /** Forgets what was noted, and what was set for the time of the migration. */
    void forget(NativeMove move) {
        connection.in(Task.image("ending the migration of image " + move.target(), poolOf(move)), context -> {
            RbdHeaders headers = new RbdHeaders(context);
            if (!move.notes().url().isEmpty()) {
                headers.removeMetadata(move.id(), CACHE);
            }
            headers.removeMetadata(move.id(), NativeNotes.KEY);
            return move;
        });
    }

    private static String poolOf(NativeMove move) {
        return move.target().pool();
    }
}
