package berth.server;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.CephConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Runs a command on a cluster: through a process of this user that serves the cluster on this host, if there is one, else
 * in this process. A cluster has no owner, so every process can connect by itself; one that has been running for a while
 * is quicker. It takes the commands that name the cluster as it does, with the same user.
 */
public final class ClusterAccess {
    /** What of the environment librados looks at. */
    private static final List<String> VARIABLES = List.of("CEPH_ARGS", "CEPH_CONF", "CEPH_KEYRING");

    private static final int NAME_BYTES = 16;

    private final StoreDirectory servers;
    private final Supplier<StoreDirectory> place;
    private final boolean usual;
    private final String version;
    private final Supplier<CommandHandler> handlers;

    /**
     * @param cluster how the cluster is reached
     * @param home what keeps this user's files on this host
     * @param environment the process's environment
     * @param version this program's version
     * @param handlers makes what runs commands in this process
     */
    public ClusterAccess(
            CephConfig cluster,
            StoreDirectory home,
            Map<String, String> environment,
            String version,
            Supplier<CommandHandler> handlers) {
        this.servers = new StoreDirectory(home.path().resolve("servers"));
        this.place = () -> place(cluster, environment);
        this.usual = cluster.creation().isDefault();
        this.version = version;
        this.handlers = handlers;
    }

    /** Where the process that serves a cluster takes commands: a place for each way to name a cluster. */
    private StoreDirectory place(CephConfig cluster, Map<String, String> environment) {
        List<String> names = new ArrayList<>(cluster.reach());
        for (String variable : VARIABLES) {
            names.add(environment.getOrDefault(variable, ""));
        }
        try {
            byte[] text = String.join("\0", names).getBytes(StandardCharsets.UTF_8);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
            Path directory = servers.path().resolve(HexFormat.of().formatHex(hash, 0, NAME_BYTES));
            return new StoreDirectory(directory);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Runs a command where it is done soonest. */
    public int run(Invocation invocation, CommandIo io) {
        if (usual && Files.isDirectory(servers.path())) {
            OptionalInt status = byServer(invocation, io);
            if (status.isPresent()) {
                return status.getAsInt();
            }
        }
        return runHere(invocation, io);
    }

    private OptionalInt byServer(Invocation invocation, CommandIo io) {
        try {
            return ControlClient.run(place.get(), version, invocation, io);
        } catch (BlockException e) {
            if (e.problem() == Problem.STORE_LOCKED) {
                return OptionalInt.empty(); // One of another version, which has not begun anything.
            }
            throw e;
        }
    }

    /** Runs a command in this process. */
    public int runHere(Invocation invocation, CommandIo io) {
        try (CommandHandler handler = handlers.get()) {
            return handler.run(invocation, io);
        }
    }

    /** Runs a command that stays in this process, which takes those of others meanwhile unless another one does. */
    public int serve(Invocation invocation, CommandIo io) {
        Optional<Owner> owner = Owner.tryBecome(place.get(), version, _ -> handlers.get());
        if (owner.isEmpty()) {
            return runHere(invocation, io);
        }
        try (Owner mine = owner.get()) {
            return mine.run(invocation, io);
        }
    }
}
