package berth.server;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.CephConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Runs a command on a cluster: in a process of this user that serves the cluster on this host, if there is one, else in
 * this process. A cluster has no owner: wherever a command runs, it connects by itself, as what its own arguments name,
 * and what becomes of one connection is nothing to the others. A process that has been running for a while only is
 * quicker.
 */
public final class ClusterAccess {
    /** What of the environment librados looks at, and OpenSSL in librbd. */
    private static final List<String> VARIABLES =
            List.of("CEPH_ARGS", "CEPH_KEYRING", "CEPH_LIB", "HOME", "SSL_CERT_DIR", "SSL_CERT_FILE");

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int NAME_BYTES = 16;

    private final CephConfig cluster;
    private final StoreDirectory servers;
    private final Map<String, String> environment;
    private final String version;
    private final Function<Invocation, CommandHandler> handlers;

    /**
     * @param cluster how the cluster is reached
     * @param home what keeps this user's files on this host
     * @param environment the process's environment
     * @param version this program's version
     * @param handlers makes what runs a command in this process
     */
    public ClusterAccess(
            CephConfig cluster,
            StoreDirectory home,
            Map<String, String> environment,
            String version,
            Function<Invocation, CommandHandler> handlers) {
        this.cluster = cluster;
        this.servers = new StoreDirectory(home.path().resolve("servers"));
        this.environment = environment;
        this.version = version;
        this.handlers = handlers;
    }

    /** Where the process that serves the cluster takes commands: a place for each way to name a cluster and a user. */
    private StoreDirectory place() {
        List<String> names = new ArrayList<>(cluster.reach());
        for (String variable : VARIABLES) {
            names.add(environment.getOrDefault(variable, ""));
        }
        // Paths have to mean the same there, and files to belong to the same user.
        names.add(System.getProperty("user.name"));
        names.add(System.getProperty("sun.jnu.encoding"));
        names.add(target("/proc/self/ns/mnt"));
        names.add(target("/proc/self/root"));
        try {
            byte[] text = String.join("\0", names).getBytes(StandardCharsets.UTF_8);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
            Path directory = servers.path().resolve(HexFormat.of().formatHex(hash, 0, NAME_BYTES));
            return new StoreDirectory(directory);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    private static String target(String link) {
        try {
            return Files.readSymbolicLink(Path.of(link)).toString();
        } catch (IOException e) {
            return "";
        }
    }

    /** Where no file is named, librados looks in places that depend on where a process was started. */
    private boolean isNamed() {
        return cluster.configurationFile().isPresent();
    }

    /** Runs a command where it is done soonest. */
    public int run(Invocation invocation, CommandIo io) {
        if (isNamed() && Files.isDirectory(servers.path())) {
            OptionalInt status = byServer(invocation, io);
            if (status.isPresent()) {
                return status.getAsInt();
            }
        }
        return runHere(invocation, io);
    }

    private OptionalInt byServer(Invocation invocation, CommandIo io) {
        try {
            return ControlClient.run(place(), version, Optional.of(PATIENCE), invocation, io);
        } catch (BlockException e) {
            if (e.problem() == Problem.STORE_LOCKED) {
                return OptionalInt.empty(); // One of another version, which has not begun anything.
            }
            throw e;
        }
    }

    /** Runs a command in this process. */
    public int runHere(Invocation invocation, CommandIo io) {
        try (CommandHandler handler = handlers.apply(invocation)) {
            return handler.run(invocation, io);
        }
    }

    /** Runs a command that stays in this process, which takes those of others meanwhile unless another one does. */
    public int serve(Invocation invocation, CommandIo io) {
        StoreDirectory place = place();
        Optional<StoreLock> lock = isNamed() ? tryLock(place) : Optional.empty();
        if (lock.isEmpty()) {
            io.tell("berth: other commands do not work through this process");
            return runHere(invocation, io);
        }
        try (StoreLock _ = lock.get()) {
            return serveGuests(place, invocation, io);
        }
    }

    /** Where nothing can be kept, nothing can be taken from others, either. */
    private static Optional<StoreLock> tryLock(StoreDirectory place) {
        try {
            return StoreLock.tryTake(place);
        } catch (BlockException e) {
            return Optional.empty();
        }
    }

    private int serveGuests(StoreDirectory place, Invocation invocation, CommandIo io) {
        ControlServer server;
        try {
            server = ControlServer.startForGuests(place.controlSocket(), new Guests(), version);
        } catch (IOException e) {
            return runHere(invocation, io);
        }
        io.cancellation().onCancel(server::refuseAndCancel);
        try {
            return runHere(invocation, io);
        } finally {
            server.refuseAndCancel();
            server.close();
        }
    }

    /** Runs each command with a connection of its own. */
    private final class Guests implements CommandHandler {
        @Override
        public int run(Invocation invocation, CommandIo io) {
            return runHere(invocation, io);
        }

        @Override
        public void close() {
            // Each command has closed what it had.
        }
    }
}
