package berth.ceph;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.NativeFailure;
import berth.ceph.lib.RbdDirectory;
import berth.ceph.lib.RbdHeaders;
import berth.posix.Errno;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds and keeps the records of migrations, which lie with the images that are being filled. */
final class StoredMoves {
    private final Connection connection;
    private final Pools pools;

    StoredMoves(Connection connection, Pools pools) {
        this.connection = connection;
        this.pools = pools;
    }

    /**
     * The migration to an image.
     *
     * @throws BlockException {@link Problem#IMAGE_NOT_FOUND}, {@link Problem#NOT_MIGRATING}
     */
    Moving find(ImageSpec target) {
        PoolSpec pool = PoolSpec.parse(target.pool());
        return connection.in(Task.image("opening image " + target, target.pool()), context -> {
            Optional<Moving> hidden = look(context, pool, HiddenNames.of(target.image()));
            if (hidden.isPresent()) {
                return hidden.get();
            }
            return look(context, pool, target.image()).orElseThrow(() -> absent(context, target));
        });
    }

    private static BlockException absent(IoContext context, ImageSpec target) {
        if (exists(context, target.image())) {
            return new BlockException(Problem.NOT_MIGRATING, "image " + target + " is not migrating");
        }
        return new BlockException(Problem.IMAGE_NOT_FOUND, "there is no image " + target);
    }

    /** Whether there is an image of a name. */
    static boolean exists(IoContext context, String name) {
        try {
            Facts.look(context, name).close();
            return true;
        } catch (NativeFailure e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    /** The migration of the image that has a name now. Opening the image would take ten times as long. */
    static Optional<Moving> look(IoContext context, PoolSpec pool, String name) {
        RbdHeaders headers = new RbdHeaders(context);
        return headers.id(name)
                .flatMap(id -> headers.metadata(id, StoredMove.KEY)
                        .map(json -> new Moving(
                                pool,
                                name,
                                id,
                                StoredMove.parse(new ImageSpec(pool.toString(), name).toString(), json))));
    }

    /** All migrations in the pools that the user may look into. */
    List<Moving> all() {
        List<Moving> found = new ArrayList<>();
        pools.forEachOpen(pool -> addAll(pool, found));
        return found;
    }

    private void addAll(String pool, List<Moving> to) {
        PoolSpec spec = PoolSpec.parse(pool);
        connection.in(Task.pool("listing the images of pool '" + pool + "'", pool), context -> {
            for (RbdDirectory.Named image : new RbdDirectory(context).named()) {
                if (HiddenNames.isHidden(image.name())) {
                    look(context, spec, image.name()).ifPresent(to::add);
                }
            }
            return pool;
        });
    }

    /** Keeps a record with an image. */
    static void keep(IoContext context, String id, StoredMove move) {
        new RbdHeaders(context).setMetadata(id, StoredMove.KEY, move.toJson());
    }

    /** Removes the record. */
    static void forget(IoContext context, String id) {
        new RbdHeaders(context).removeMetadata(id, StoredMove.KEY);
    }

    static BlockException ending(Moving moving) {
        return new BlockException(
                Problem.MIGRATION_STATE,
                "the migration to " + moving.target() + " is being committed or aborted by another process");
    }

    /** Moves a migration to another state, and replaces its attributes; a commit that has begun is not aborted. */
    Moving update(Moving moving, MigrationState state, Map<String, String> attributes) {
        MigrationState now = moving.move().state();
        boolean undone = now == MigrationState.COMMITTING && state != now;
        boolean revived = now == MigrationState.ABORTING && state == MigrationState.COMMITTING;
        if (undone || revived) {
            throw ending(moving);
        }
        StoredMove changed = moving.move().in(state, attributes);
        String pool = moving.pool().toString();
        return connection.in(Task.image("noting the migration of image " + moving.target(), pool), context -> {
            keep(context, moving.id(), changed);
            return new Moving(moving.pool(), moving.name(), moving.id(), changed);
        });
    }
}
