package berth.ceph;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.CephConfig.WhenFull;
import berth.ceph.lib.Cluster;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.NativeFailure;
import berth.ceph.lib.RbdDirectory;
import java.nio.file.Path;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;

/** A connected cluster. Runs calls, and refuses them once it is closed. Safe for use by several threads. */
final class Connection {
    private final CephConfig config;
    private final Cluster cluster;
    private final Failures failures;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    private Connection(CephConfig config, Cluster cluster) {
        this.config = config;
        this.cluster = cluster;
        this.failures = new Failures(config, this::clusterVersion, this::isDeleted);
    }

    /** A connection that is to be {@linkplain #connect connected} before it is used. */
    static Connection to(CephConfig config) {
        return new Connection(config, NativeCalls.call(() -> Cluster.create(config.cluster(), config.entity())));
    }

    /** Connects, once; when that fails, the connection is closed. */
    Connection connect() {
        return NativeCalls.call(() -> {
            try {
                configure();
                connectToMonitors();
                return this;
            } catch (RuntimeException e) {
                cluster.close();
                throw e;
            }
        });
    }

    private void configure() {
        try {
            cluster.readConfiguration(
                    config.configurationFile().map(Path::toString).orElse(null));
            cluster.readEnvironment();
        } catch (NativeFailure e) {
            throw Failures.ofConfiguration(e, config);
        }
        config.keyring().ifPresent(path -> set("keyring", path.toString()));
        config.monitors().ifPresent(addresses -> set("mon_host", addresses));
        String operationSeconds = Long.toString(config.operationTimeout().toSeconds());
        set("client_mount_timeout", Long.toString(config.connectTimeout().toSeconds()));
        set("rados_mon_op_timeout", operationSeconds);
        set("rados_osd_op_timeout", operationSeconds);
        set("rbd_cache", "false"); // It forgets writes that failed after they were acknowledged, and a flush succeeds.
        // What the libraries would print goes into our messages, as far as they tell.
        set("log_to_stderr", "false");
        set("err_to_stderr", "false");
    }

    private void set(String option, String value) {
        try {
            cluster.set(option, value);
        } catch (NativeFailure e) {
            throw Failures.ofOption(option, e);
        }
    }

    private void connectToMonitors() {
        try {
            cluster.connect();
        } catch (NativeFailure e) {
            throw failures.ofConnecting(e, cluster.get("mon_host"), cluster.get("keyring"));
        }
    }

    CephConfig config() {
        return config;
    }

    private String clusterVersion() {
        try {
            return cluster.monitorCommand("{\"prefix\": \"version\", \"format\": \"plain\"}")
                    .strip();
        } catch (NativeFailure e) {
            return "";
        }
    }

    private boolean isDeleted(String pool) {
        try {
            return !cluster.pools().contains(pool);
        } catch (NativeFailure e) {
            return false;
        }
    }

    /** Does work with the cluster, on a thread that may block. */
    <T> T run(Task task, Function<Cluster, T> work) {
        return use(() -> NativeCalls.call(() -> {
            try {
                return work.apply(cluster);
            } catch (NativeFailure e) {
                throw failures.of(task, e);
            }
        }));
    }

    /** Does work in a pool, on a thread that may block. */
    <T> T in(Task task, Function<IoContext, T> work) {
        return run(task, _ -> {
            try (IoContext context = open(PoolSpec.parse(task.pool()))) {
                return work.apply(context);
            }
        });
    }

    /** Does work with the images of a pool, on a thread that may block. */
    <T> T among(Task task, Function<RbdDirectory, T> work) {
        return in(task, context -> work.apply(new RbdDirectory(context)));
    }

    /** Opens a pool, on a thread that may block. @throws BlockException {@link Problem#POOL_NOT_FOUND} */
    IoContext open(PoolSpec spec) {
        IoContext context;
        try {
            context = cluster.open(spec.pool(), "");
        } catch (NativeFailure e) {
            throw failures.of(Task.pool("opening pool '" + spec.pool() + "'", spec.pool()), e);
        }
        try {
            context.setFullTry(config.whenFull() == WhenFull.FAIL);
            if (!spec.namespace().isEmpty()) {
                requireNamespace(spec, context);
                context.setNamespace(spec.namespace());
            }
            return context;
        } catch (RuntimeException e) {
            context.close();
            throw e;
        }
    }

    /** Librbd would go on in a namespace that does not exist. */
    private void requireNamespace(PoolSpec spec, IoContext context) {
        boolean exists;
        try {
            exists = new RbdDirectory(context).hasNamespace(spec.namespace());
        } catch (NativeFailure e) {
            throw failures.of(Task.pool("opening namespace " + spec, spec.pool()), e);
        }
        if (!exists) {
            throw new BlockException(
                    Problem.POOL_NOT_FOUND, "pool '" + spec.pool() + "' has no namespace '" + spec.namespace() + "'");
        }
    }

    /** Does quick work, or work that waits by itself, on this thread. */
    <T> T use(Supplier<T> work) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new BlockException(Problem.CLOSED, "the store has been closed");
            }
            return work.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** The failure that a failed call amounts to. */
    BlockException failure(Task task, NativeFailure failure) {
        return failures.of(task, failure);
    }

    /**
     * Waits for the calls that are under way, and ends the connection. Further calls are refused.
     *
     * @param first is done when no call is under way any more, and before the connection ends
     */
    void close(Runnable first) {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                NativeCalls.call(() -> {
                    first.run();
                    cluster.close();
                    return first;
                });
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
