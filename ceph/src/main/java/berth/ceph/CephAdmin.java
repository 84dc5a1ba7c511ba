package berth.ceph;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.lib.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A connection to a cluster for questions about the cluster itself: to its monitors, and to the configuration that
 * librados goes by. Safe for use by several threads.
 */
public final class CephAdmin implements AutoCloseable {
    private final CephConfig config;
    private final Connection connection;

    private CephAdmin(CephConfig config, Connection connection) {
        this.config = config;
        this.connection = connection;
    }

    /** Connects. @throws BlockException as {@link CephStore#open(CephConfig)} */
    public static CephAdmin open(CephConfig config) {
        return new CephAdmin(config, Connection.to(config).connect());
    }

    /** The version of Ceph that this host's library is of, for example {@code 16.2.15}; empty when it does not tell. */
    public static String libraryVersion() {
        return Cluster.libraryVersion();
    }

    /** How the cluster was reached. */
    public CephConfig config() {
        return config;
    }

    /** The cluster's id, a UUID. */
    public String fsid() {
        return connection.run(Task.pool("asking for the cluster's id", ""), Cluster::fsid);
    }

    /** The value of an option of librados or librbd; empty when it has none. */
    public String option(String name) {
        return connection.run(Task.pool("reading the configuration", ""), cluster -> cluster.get(name));
    }

    /**
     * Asks the monitors.
     *
     * @param command a command without arguments, as {@code ceph} takes it, for example {@code mon dump}
     * @return the answer, JSON
     * @throws BlockException {@link Problem#ACCESS_DENIED} when the user may not ask that
     */
    public String ask(String command) {
        return send(command, "{\"prefix\": \"" + command + "\", \"format\": \"json\"}");
    }

    /** Asks the monitors what they know of a user, by its whole name: its key and its capabilities. */
    public String askForUser(String entity) {
        if (!entity.matches("[a-z]+\\.[\\w.-]+")) {
            throw new BlockException(Problem.INVALID_ARGUMENT, "'" + entity + "' is no user's name, as client.ID");
        }
        return send("auth get", "{\"prefix\": \"auth get\", \"entity\": \"" + entity + "\", \"format\": \"json\"}");
    }

    private String send(String command, String json) {
        return connection.run(
                Task.pool("asking the monitors (" + command + ")", ""), cluster -> cluster.monitorCommand(json));
    }

    /**
     * The key of the user that this connection is, which the cluster has accepted. The caller should overwrite it after
     * use.
     *
     * @throws BlockException {@link Problem#ACCESS_DENIED} when it is in none of the configured places
     */
    public byte[] key() {
        String key = option("key");
        if (!key.isEmpty()) {
            return Keyring.decoded(key);
        }
        String file = option("keyfile");
        if (!file.isEmpty()) {
            return Keyring.decoded(readKeyFile(Path.of(file)));
        }
        return keyrings().stream()
                .filter(Files::isReadable)
                .flatMap(path -> Keyring.read(path).key(config.entity()).stream())
                .findFirst()
                .orElseThrow(() -> new BlockException(
                        Problem.ACCESS_DENIED,
                        "cannot find the key of " + config.entity() + ": "
                                + Keyrings.advice(option("keyring"), config.entity())));
    }

    private List<Path> keyrings() {
        return Arrays.stream(option("keyring").split("[,; ]"))
                .filter(name -> !name.isEmpty())
                .map(Path::of)
                .toList();
    }

    private static String readKeyFile(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw BlockException.of(e, "cannot read the key file " + file);
        }
    }

    @Override
    public void close() {
        connection.close(() -> {});
    }
}
