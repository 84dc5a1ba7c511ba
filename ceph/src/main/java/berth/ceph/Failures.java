package berth.ceph;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.lib.Cluster;
import berth.ceph.lib.NativeFailure;
import berth.posix.Errno;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Turns what the libraries report into failures that say what to do. */
final class Failures {
    private static final int OPENSSL_3_LIBRARY_SHIFT = 23;
    private static final int OPENSSL_1_LIBRARY_SHIFT = 24;
    private static final int OPENSSL_TLS = 20;

    private final CephConfig config;
    private final Supplier<String> clusterVersion;
    private final Predicate<String> deleted;

    /**
     * @param config how the cluster is reached
     * @param clusterVersion asks the cluster for its version; empty text when it does not say
     * @param deleted whether a pool is not there any more, as far as is known without asking the cluster
     */
    Failures(CephConfig config, Supplier<String> clusterVersion, Predicate<String> deleted) {
        this.config = config;
        this.clusterVersion = clusterVersion;
        this.deleted = deleted;
    }

    /** The failure of work on a connected cluster. */
    BlockException of(Task task, NativeFailure failure) {
        return isOfDeletedPool(task, failure) ? ofDeletedPool(task, failure) : ofPoolThatIsThere(task, failure);
    }

    /** Depending on what was going on, librbd says that a user may not do that, or that something else is missing. */
    private boolean isOfDeletedPool(Task task, NativeFailure failure) {
        return switch (failure.errno()) {
            case ENOENT, EPERM, EACCES, EIO -> !task.pool().isEmpty() && deleted.test(poolName(task));
            default -> false;
        };
    }

    private static BlockException ofDeletedPool(Task task, NativeFailure failure) {
        return new BlockException(
                Problem.POOL_NOT_FOUND, task.what() + ": there is no pool '" + poolName(task) + "'", failure);
    }

    private static String poolName(Task task) {
        return PoolSpec.parse(task.pool()).pool();
    }

    private BlockException ofPoolThatIsThere(Task task, NativeFailure failure) {
        return switch (failure.errno()) {
            case ENOENT -> with(task.missing(), failure, task.what());
            case EEXIST -> with(task.existing(), failure, task.what());
            case EBUSY -> with(Problem.IMAGE_IN_USE, failure, task.what());
            case EROFS -> with(Problem.READ_ONLY, failure, task.what());
            case EPERM, EACCES -> with(Problem.ACCESS_DENIED, failure, task.what(), capabilities(task));
            case ETIMEDOUT -> with(Problem.UNREACHABLE, failure, task.what(), silence());
            case ESHUTDOWN -> with(Problem.CLOSED, failure, task.what(), blocklisted());
            case ENOSPC, EDQUOT -> with(Problem.NO_SPACE, failure, task.what(), "the cluster or the pool is full");
            case EINVAL, EDOM, ERANGE, ENAMETOOLONG -> with(Problem.INVALID_ARGUMENT, failure, task.what());
            case EXDEV ->
                with(
                        Problem.INVALID_ARGUMENT,
                        failure,
                        task.what(),
                        "a clone in another namespace than its parent has to be of version 2");
            case ENOSYS, EOPNOTSUPP -> with(Problem.UNSUPPORTED, failure, task.what(), versions());
            case ECANCELED -> with(Problem.CANCELLED, failure, task.what());
            case ECONNREFUSED, ECONNRESET -> with(Problem.IO, failure, task.what(), source());
            case ENOTEMPTY -> with(Problem.IMAGE_HAS_SNAPSHOTS, failure, task.what());
            default ->
                isOfTls(failure.number())
                        ? with(Problem.IO, failure, task.what(), tls())
                        : with(Problem.IO, failure, task.what());
        };
    }

    /** What OpenSSL says of TLS, and librbd hands on: ERR_LIB_SSL and a reason. */
    private static boolean isOfTls(int number) {
        return number >> OPENSSL_3_LIBRARY_SHIFT == OPENSSL_TLS || number >> OPENSSL_1_LIBRARY_SHIFT == OPENSSL_TLS;
    }

    private static String tls() {
        return "TLS with the server of an image's source failed: this host has to trust its certificate (one of the"
                + " host's authorities, or of the file that SSL_CERT_FILE names, has to have issued it), and the name in the"
                + " URL has to be in it; when a connection was lost, the image has to be opened anew";
    }

    private static String source() {
        return "an image that is being migrated reads over HTTP what has not been copied yet, and its source does not"
                + " answer; 'berth http serve --migrations' serves it again";
    }

    private static BlockException with(Problem problem, NativeFailure failure, String... parts) {
        String reason = failure.errno().number() == failure.number()
                ? failure.errno().described()
                : "error " + failure.number();
        StringBuilder message = new StringBuilder(parts[0]).append(": ").append(reason);
        for (int i = 1; i < parts.length; i++) {
            message.append("; ").append(parts[i]);
        }
        return BlockException.withErrno(problem, failure.errno(), message.toString());
    }

    private String capabilities(Task task) {
        String pools = task.pool().isEmpty() ? "" : " pool=" + poolName(task);
        return "the user " + config.entity() + " lacks capabilities for this; these would do: mon 'profile rbd' osd"
                + " 'profile rbd" + pools + "' mgr 'profile rbd" + pools + "' (ceph auth caps " + config.entity()
                + " ..., which replaces those that it has)";
    }

    private String silence() {
        return "the cluster did not answer within " + config.operationTimeout().toSeconds()
                + " s; see whether its monitors and OSDs are up and not full (ceph status)";
    }

    private String blocklisted() {
        return "this client was shut out of the cluster, because another one took over its lock or an administrator did"
                + " so (ceph osd blocklist ls); what it had not flushed may be lost";
    }

    private String versions() {
        String server = clusterVersion.get();
        return "this host's librbd is of Ceph " + Cluster.libraryVersion()
                + (server.isEmpty() ? "" : ", the cluster is of Ceph " + server)
                + "; where the image or the cluster needs a newer client, install a newer librbd1";
    }

    /** The failure to connect. */
    BlockException ofConnecting(NativeFailure failure, String monitors, String keyring) {
        String cluster = "cluster '" + config.cluster() + "'"
                + config.configurationFile().map(path -> " of " + path).orElse("");
        String what = "connecting to " + cluster + " as " + config.entity();
        return switch (failure.errno()) {
            case ETIMEDOUT ->
                with(
                        Problem.UNREACHABLE,
                        failure,
                        what,
                        "no monitor answered within " + config.connectTimeout().toSeconds() + " s; the monitors are "
                                + (monitors.isEmpty() ? "those that DNS names" : monitors)
                                + "; this host's librados is of Ceph " + Cluster.libraryVersion()
                                + ", and a cluster that requires newer clients does not answer it either");
            case ENOENT, EPERM, EACCES ->
                with(Problem.ACCESS_DENIED, failure, what, Keyrings.advice(keyring, config.entity()));
            case EINVAL ->
                with(
                        Problem.INVALID_ARGUMENT,
                        failure,
                        what,
                        monitors.isEmpty()
                                ? "the configuration names no monitors (mon_host)"
                                : "the key in " + keyring + " or the address " + monitors + " is malformed");
            default -> with(Problem.IO, failure, what);
        };
    }

    /** The failure to read the configuration file. */
    static BlockException ofConfiguration(NativeFailure failure, CephConfig config) {
        String file =
                config.configurationFile().map(Object::toString).orElse("/etc/ceph/" + config.cluster() + ".conf");
        String what = "reading the configuration file " + file;
        return switch (failure.errno()) {
            case ENOENT -> with(Problem.INVALID_ARGUMENT, failure, what, "name the right one");
            case EACCES, EPERM -> with(Problem.ACCESS_DENIED, failure, what);
            default -> with(Problem.MALFORMED, failure, what);
        };
    }

    /** An option that the libraries refuse. */
    static BlockException ofOption(String option, NativeFailure failure) {
        return with(
                failure.errno() == Errno.ENOENT ? Problem.UNSUPPORTED : Problem.INVALID_ARGUMENT,
                failure,
                "setting the option " + option);
    }
}
