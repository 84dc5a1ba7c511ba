package berth.ceph;

import berth.block.BlockException;
import berth.block.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a cluster is reached, and how its images are used.
 *
 * @param configurationFile the configuration file; when empty, the first of Ceph's usual places that exists
 * @param cluster the cluster's name, {@code ceph} unless its files are called otherwise
 * @param user the user's id without {@code client.}
 * @param keyring the file with the user's key; when empty, what the configuration file says
 * @param monitors the monitors' addresses; when empty, what the configuration file says
 * @param connectTimeout after which a cluster that does not answer counts as unreachable
 * @param operationTimeout after which a request that the monitors or the OSDs do not answer has failed, up to a day
 * @param queueDepth how many requests of one open image librbd gets at a time, 1 to 4096
 * @param cloneFormat how clones are made
 * @param whenFull what a write does when the cluster or the pool is full
 * @param creation how images are made where nothing else is said
 */
public record CephConfig(
        Optional<Path> configurationFile,
        String cluster,
        String user,
        Optional<Path> keyring,
        Optional<String> monitors,
        Duration connectTimeout,
        Duration operationTimeout,
        int queueDepth,
        CloneFormat cloneFormat,
        WhenFull whenFull,
        CreateOptions creation) {
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final int DEEPEST = 4096;

    /** What everything is when nothing is said. */
    public static final CephConfig DEFAULT = new CephConfig(
            Optional.empty(),
            "ceph",
            "admin",
            Optional.empty(),
            Optional.empty(),
            Duration.ofSeconds(15),
            Duration.ofSeconds(60),
            128,
            CloneFormat.V1,
            WhenFull.FAIL,
            CreateOptions.DEFAULT);

    /** How clones are made. */
    public enum CloneFormat {
        /** The cluster decides: as soon as it admits only clients that know version 2, version 2. */
        AUTO,
        /** Of protected snapshots, which stay until their clones are gone; every client can open the clones. */
        V1,
        /** Of any snapshots, which may be removed before their clones; for clients of Mimic or later. */
        V2
    }

    /** What a write does when the cluster or the pool is full. */
    public enum WhenFull {
        /** It fails with {@link Problem#NO_SPACE}. */
        FAIL,
        /** It waits for space, until {@link CephConfig#operationTimeout} is over. */
        WAIT
    }

    public CephConfig {
        checkTimeout("connect timeout", connectTimeout);
        checkTimeout("operation timeout", operationTimeout);
        if (queueDepth < 1 || queueDepth > DEEPEST) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT, "queue depth " + queueDepth + " is not between 1 and " + DEEPEST);
        }
    }

    private static void checkTimeout(String what, Duration timeout) {
        if (timeout.compareTo(Duration.ofSeconds(1)) < 0 || timeout.compareTo(LONGEST) > 0) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT, what + " " + timeout + " is not between a second and a day");
        }
    }

    /** The user's whole name, for example {@code client.cinder}. */
    public String entity() {
        return "client." + user;
    }

    /** What tells one way to reach a cluster, and one user of it, from others. */
    public List<String> reach() {
        return List.of(
                configurationFile.map(Path::toString).orElse(""),
                cluster,
                user,
                keyring.map(Path::toString).orElse(""),
                monitors.orElse(""));
    }

    /** With a configuration file. */
    public CephConfig withConfigurationFile(Path path) {
        return reached(Optional.of(path), cluster, user, keyring, monitors);
    }

    /** As another user, whose id is given without {@code client.}. */
    public CephConfig withUser(String id) {
        return reached(configurationFile, cluster, id, keyring, monitors);
    }

    /** With a file that has the user's key. */
    public CephConfig withKeyring(Path path) {
        return reached(configurationFile, cluster, user, Optional.of(path), monitors);
    }

    /** Of a cluster of another name, with monitors at given addresses if there are any. */
    public CephConfig withCluster(String name, Optional<String> addresses) {
        return reached(configurationFile, name, user, keyring, addresses);
    }

    private CephConfig reached(
            Optional<Path> file, String name, String id, Optional<Path> key, Optional<String> addresses) {
        return new CephConfig(
                file,
                name,
                id,
                key,
                addresses,
                connectTimeout,
                operationTimeout,
                queueDepth,
                cloneFormat,
                whenFull,
                creation);
    }

    /** With other timeouts. */
    public CephConfig withTimeouts(Duration connect, Duration operation) {
        return used(connect, operation, cloneFormat, whenFull, creation);
    }

    /** With clones made in another way. */
    public CephConfig withCloneFormat(CloneFormat format) {
        return used(connectTimeout, operationTimeout, format, whenFull, creation);
    }

    /** With another answer to a full cluster. */
    public CephConfig withWhenFull(WhenFull answer) {
        return used(connectTimeout, operationTimeout, cloneFormat, answer, creation);
    }

    /** With images made in another way. */
    public CephConfig withCreation(CreateOptions options) {
        return used(connectTimeout, operationTimeout, cloneFormat, whenFull, options);
    }

    private CephConfig used(
            Duration connect, Duration operation, CloneFormat format, WhenFull full, CreateOptions options) {
        return new CephConfig(
                configurationFile,
                cluster,
                user,
                keyring,
                monitors,
                connect,
                operation,
                queueDepth,
                format,
                full,
                options);
    }
}
