package berth.ceph;

import berth.block.BlockException;
import berth.block.Names;
import berth.block.Problem;
import berth.ceph.lib.Cluster;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.RbdDirectory;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The pools of a cluster, and their namespaces. */
final class Pools {
    /** What librbd itself keeps in a pool that holds no image. */
    private static final Set<String> BOOKKEEPING = Set.of(
            "rbd_info",
            "rbd_directory",
            "rbd_children",
            "rbd_trash",
            "rbd_namespace",
            "rbd_mirroring",
            "rbd_task",
            "rbd_group_directory",
            "rbd_trash_purge_schedule",
            "rbd_mirror_snapshot_schedule");

    private final Connection connection;

    Pools(Connection connection) {
        this.connection = connection;
    }

    List<String> list() {
        return connection.run(Task.pool("listing pools", ""), Cluster::pools).stream()
                .sorted()
                .toList();
    }

    /** Does something with each pool and namespace, named {@code POOL/NAMESPACE}, that the user may look into. */
    void forEachOpen(Consumer<String> action) {
        for (String pool : list()) {
            ifOpen(() -> action.accept(pool));
            ifOpen(() -> namespaces(pool).forEach(namespace -> ifOpen(() -> action.accept(pool + "/" + namespace))));
        }
    }

    /** Pools and namespaces come and go, and those of others are closed to this user. */
    private static void ifOpen(Runnable action) {
        try {
            action.run();
        } catch (BlockException e) {
            if (e.problem() != Problem.POOL_NOT_FOUND && e.problem() != Problem.ACCESS_DENIED) {
                throw e;
            }
        }
    }

    void create(String pool) {
        Names.check("pool", pool);
        if (pool.indexOf('"') >= 0 || pool.indexOf('\\') >= 0) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "invalid pool name '" + pool + "': librbd cannot make pools with quotation marks or backslashes");
        }
        connection.run(Task.pool("creating pool '" + pool + "'", pool), cluster -> {
            cluster.createPool(pool);
            try (IoContext context = cluster.open(pool, "")) {
                new RbdDirectory(context).initialize();
            }
            return pool;
        });
    }

    /** Removes a pool that holds nothing, neither images nor what anyone else has put there. */
    void remove(String pool) {
        Names.check("pool", pool);
        Task task = Task.pool("removing pool '" + pool + "'", pool);
        connection.in(task, context -> {
            refuseWithImages(pool, new RbdDirectory(context));
            context.setNamespace(IoContext.ALL_NAMESPACES);
            if (context.anyObject(name -> !BOOKKEEPING.contains(name))) {
                throw new BlockException(
                        Problem.POOL_NOT_EMPTY,
                        "pool '" + pool + "' has objects that are not of images; look at them with: rados -p " + pool
                                + " ls --all");
            }
            return pool;
        });
        connection.run(task, cluster -> {
            cluster.deletePool(pool);
            return pool;
        });
    }

    private static void refuseWithImages(String pool, RbdDirectory directory) {
        if (!directory.list().isEmpty() || !directory.trash().isEmpty()) {
            throw new BlockException(Problem.POOL_NOT_EMPTY, "pool '" + pool + "' has images or trash");
        }
    }

    List<String> namespaces(String pool) {
        return connection
                .among(Task.pool("listing the namespaces of pool '" + pool + "'", pool), RbdDirectory::namespaces)
                .stream()
                .sorted()
                .toList();
    }

    boolean hasNamespace(PoolSpec spec) {
        return connection.among(
                Task.pool("looking for namespace " + spec, spec.pool()),
                directory -> directory.hasNamespace(spec.namespace()));
    }

    void createNamespace(String pool, String namespace) {
        Names.check("namespace", namespace);
        Task task = Task.pool("creating namespace " + pool + "/" + namespace, pool);
        connection.among(task, directory -> {
            directory.createNamespace(namespace);
            return namespace;
        });
    }

    void removeNamespace(String pool, String namespace) {
        Names.check("namespace", namespace);
        String spec = new PoolSpec(pool, namespace).toString();
        connection.among(Task.pool("looking into namespace " + spec, spec), directory -> {
            refuseWithImages(spec, directory);
            return namespace;
        });
        connection.among(Task.pool("removing namespace " + spec, pool), directory -> {
            directory.removeNamespace(namespace);
            return namespace;
        });
    }
}
