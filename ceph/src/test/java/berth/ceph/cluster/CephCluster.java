package berth.ceph.cluster;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * A real Ceph cluster on loopback, with cephx, in a directory of its own: one monitor and OSDs on sparse files, for some
 * tests a manager and radosgw too. A small one is ready in some four seconds. It ends with {@link #close}, at the latest
 * with the virtual machine.
 */
public final class CephCluster implements AutoCloseable {
    /** What a cluster consists of. */
    public enum Size {
        /** A monitor and an OSD. */
        SMALL(1, false, false),
        /** A monitor, an OSD and radosgw. */
        GATEWAY(1, false, true),
        /** A monitor, a manager and three OSDs. */
        REPLICATED(3, true, false),
        /** A monitor, a manager, three OSDs and radosgw. */
        FULL(3, true, true);

        private final int osds;
        private final boolean manager;
        private final boolean gateway;

        Size(int osds, boolean manager, boolean gateway) {
            this.osds = osds;
            this.manager = manager;
            this.gateway = gateway;
        }

        private List<String> programs() {
            List<String> programs =
                    new ArrayList<>(List.of("ceph", "ceph-mon", "ceph-osd", "ceph-authtool", "monmaptool"));
            if (manager) {
                programs.add("ceph-mgr");
            }
            if (gateway) {
                programs.addAll(List.of("radosgw", "radosgw-admin"));
            }
            return programs;
        }
    }

    /** The access key of the S3 user {@code test}. */
    public static final String ACCESS_KEY = "AK1234567890";
    /** The secret key of the S3 user {@code test}. */
    public static final String SECRET_KEY = "LnEsqNNqZIpkzauboDcLXLcYaWwLQ3Kop0zAnKIn";

    private static final Object SHARED_LOCK = new Object();
    private static CephCluster shared;

    private final Path directory;
    private final String fsid = UUID.randomUUID().toString();
    private final Servers servers;
    private final int monitorPort;
    private final int gatewayPort;
    private final Map<String, Path> keyrings = new ConcurrentHashMap<>();

    private CephCluster(Path directory, Size size) {
        this.directory = directory;
        this.monitorPort = freePort();
        this.gatewayPort = size.gateway ? freePort() : 0;
        this.servers = new Servers(directory, configurationFile());
    }

    /** Starts a cluster in an empty directory; skips the test when Ceph is not installed. */
    public static CephCluster start(Path directory, Size size) {
        for (String program : size.programs()) {
            assumeTrue(
                    Files.isExecutable(Path.of("/usr/bin", program)),
                    program + " is not installed (Debian packages ceph-mon, ceph-osd, ceph-mgr, radosgw)");
        }
        CephCluster cluster = new CephCluster(directory, size);
        Runtime.getRuntime().addShutdownHook(new Thread(cluster.servers::stopAll));
        try {
            cluster.startServers(size);
            return cluster;
        } catch (RuntimeException | AssertionError e) {
            cluster.close();
            throw e;
        }
    }

    /** A small cluster that all tests of this virtual machine share; each of them has to mind what the others leave. */
    public static CephCluster shared() {
        synchronized (SHARED_LOCK) {
            if (shared == null) {
                Path directory = temporaryDirectory();
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    shared.close();
                    Servers.delete(directory);
                }));
                shared = start(directory, Size.SMALL);
            }
            return shared;
        }
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("ceph");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startServers(Size size) {
        try {
            for (String name : List.of("mon", "mgr", "rgw", "run")) {
                Files.createDirectory(directory.resolve(name));
            }
            Files.writeString(
                    configurationFile(), ClusterConfiguration.text(directory, fsid, monitorPort, gatewayPort));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        startMonitor(size.osds);
        for (int osd = 0; osd < size.osds; osd++) {
            makeOsd(osd);
        }
        if (size.manager) {
            servers.start("mgr.x", "ceph-mgr", "-i", "x");
        }
        awaitOsds(size.osds);
        if (size.manager) {
            servers.await("the manager", () -> ceph("mgr", "stat").contains("\"available\": true"));
        }
        if (size.gateway) {
            startGateway();
        }
    }

    private void startMonitor(int osds) {
        String keyring = keyring("admin").toString();
        List<String> create = new ArrayList<>(List.of("ceph-authtool", "--create-keyring", keyring, "--gen-key"));
        create.addAll(List.of("-n", "mon.", "--cap", "mon", "allow *"));
        servers.run(create);
        addKey("client.admin", "mon", "allow *", "osd", "allow *", "mgr", "allow *");
        addKey("mgr.x", "mon", "allow profile mgr", "osd", "allow *");
        for (int osd = 0; osd < osds; osd++) {
            addKey("osd." + osd, "mon", "allow profile osd", "osd", "allow *", "mgr", "allow profile osd");
        }
        String map = directory.resolve("monmap").toString();
        String address = "[v2:127.0.0.1:" + monitorPort + "]";
        servers.run(List.of("monmaptool", "--create", "--fsid", fsid, "--addv", "a", address, map));
        servers.ceph("ceph-mon", "--mkfs", "-i", "a", "--monmap", map, "--keyring", keyring);
        servers.start("mon.a", "ceph-mon", "-i", "a");
    }

    private void addKey(String entity, String... capabilities) {
        List<String> command =
                new ArrayList<>(List.of("ceph-authtool", keyring("admin").toString(), "--gen-key", "-n", entity));
        for (int i = 0; i < capabilities.length; i += 2) {
            command.addAll(List.of("--cap", capabilities[i], capabilities[i + 1]));
        }
        servers.run(command);
    }

    private void makeOsd(int number) {
        String uuid = UUID.randomUUID().toString();
        try {
            Files.createDirectory(directory.resolve("osd" + number));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String id = Integer.toString(number);
        ceph("osd", "new", uuid);
        servers.ceph("ceph-osd", "-i", id, "--mkfs", "--osd-uuid", uuid);
        startOsd(number);
    }

    private void awaitOsds(int count) {
        servers.await("the OSDs", () -> ceph("osd", "stat").contains(count + " up"));
    }

    private void startGateway() {
        List<String> user = List.of("--uid=test", "--display-name=test");
        List<String> command = new ArrayList<>(List.of("user", "create"));
        command.addAll(user);
        command.addAll(List.of("--access-key=" + ACCESS_KEY, "--secret=" + SECRET_KEY));
        servers.ceph("radosgw-admin", command.toArray(String[]::new));
        servers.start("rgw", "radosgw", "-n", "client.admin");
        servers.awaitPort("radosgw", gatewayPort);
    }

    /** Runs {@code ceph} with this cluster and gives what it prints. */
    public String ceph(String... arguments) {
        List<String> all = new ArrayList<>(List.of("--connect-timeout", "60"));
        all.addAll(List.of(arguments));
        return servers.ceph("ceph", all.toArray(String[]::new));
    }

    /** Runs {@code rbd} with this cluster and gives what it prints. */
    public String rbd(String... arguments) {
        return servers.ceph("rbd", arguments);
    }

    /** Runs {@code rados} with this cluster and gives what it prints. */
    public String rados(String... arguments) {
        return servers.ceph("rados", arguments);
    }

    /**
     * Makes a user, or changes what it may do.
     *
     * @param id the user's id without {@code client.}
     * @param capabilities pairs of a daemon's kind and what the user may do with it
     * @return the file with the user's key
     */
    public Path user(String id, String... capabilities) {
        Path keyring = keyring(id);
        String entity = "client." + id;
        List<String> command = new ArrayList<>(List.of("auth", "get-or-create", entity));
        command.addAll(List.of(capabilities));
        if (Files.exists(keyring)) {
            command.set(1, "caps");
            ceph(command.toArray(String[]::new));
        } else {
            try {
                Files.writeString(keyring, ceph(command.toArray(String[]::new)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return keyring;
    }

    private Path keyring(String id) {
        return keyrings.computeIfAbsent(
                id, user -> directory.resolve(user.equals("admin") ? "keyring" : "client." + user + ".keyring"));
    }

    /** Makes a pool for images, with so many placement groups. */
    public void createPool(String pool, int groups) {
        ceph("osd", "pool", "create", pool, Integer.toString(groups));
        rbd("pool", "init", pool);
    }

    /** Removes a pool with all that it holds. */
    public void deletePool(String pool) {
        ceph("osd", "pool", "delete", pool, pool, "--yes-i-really-really-mean-it");
    }

    /** Has the cluster count as full, or not; returns when it does. */
    public void setFull(boolean full) {
        // In this order, and back, because none may be above the next one.
        List<String> kinds = List.of("nearfull", "backfillfull", "full");
        List<String> ratios = full ? List.of("0.00002", "0.00003", "0.00004") : List.of("0.85", "0.90", "0.95");
        for (int i = 0; i < kinds.size(); i++) {
            ceph("osd", "set-" + kinds.get(full ? i : 2 - i) + "-ratio", ratios.get(full ? i : 2 - i));
        }
        servers.await("the change", () -> ceph("health", "detail").contains("OSD_FULL") == full);
    }

    /**
     * Limits how much a pool may hold, in a cluster that has a manager; returns when the pool counts as full, or not.
     *
     * @param bytes less than it holds, so that it is full; 0 for no limit
     */
    public void setQuota(String pool, long bytes) {
        ceph("osd", "pool", "set-quota", pool, "max_bytes", Long.toString(bytes));
        servers.await("the change", () -> ceph("health", "detail").contains("POOL_FULL") == bytes > 0);
        long epoch = numbers("epoch: e", ceph("osd", "stat")).getFirst();
        servers.await(
                "the OSDs' knowledge of it",
                () -> numbers("\"newest_map\": ", ceph("tell", "osd.*", "status")).stream()
                        .allMatch(known -> known >= epoch));
    }

    private static List<Long> numbers(String after, String text) {
        return Pattern.compile(Pattern.quote(after) + "(\\d+)")
                .matcher(text)
                .results()
                .map(match -> Long.parseLong(match.group(1)))
                .toList();
    }

    /** The configuration file, with the administrator's keyring. */
    public Path configurationFile() {
        return directory.resolve("ceph.conf");
    }

    /** The URL of radosgw. */
    public String gateway() {
        return "http://127.0.0.1:" + gatewayPort;
    }

    /**
     * Stops a daemon from doing anything, as if its host hung; {@link #resume} wakes it.
     *
     * @param name {@code osd.0}
     */
    public void pause(String name) {
        servers.signal(name, "STOP");
    }

    /** Wakes a daemon that was paused. */
    public void resume(String name) {
        servers.signal(name, "CONT");
    }

    /** Kills an OSD. */
    public void killOsd(int number) {
        servers.kill("osd." + number);
    }

    /** Starts an OSD that was killed; it serves a moment later. */
    public void startOsd(int number) {
        servers.start("osd." + number, "ceph-osd", "-i", Integer.toString(number));
    }

    /** Kills an OSD and starts it again. */
    public void restartOsd(int number) {
        killOsd(number);
        startOsd(number);
    }

    /** Deletes the directory of a cluster that has been closed. */
    public static void delete(Path directory) {
        Servers.delete(directory);
    }

    /** Stops all daemons. */
    @Override
    public void close() {
        servers.stopAll();
    }
}
