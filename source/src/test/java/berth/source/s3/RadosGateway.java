package berth.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import berth.source.remote.RemoteOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Ceph's S3 server with the smallest cluster that it works on: a monitor and an OSD in memory, without authentication among
 * themselves, on loopback. Ready in about ten seconds on a quiet machine.
 */
public final class RadosGateway implements AutoCloseable {
    /** What requests are signed with. */
    public static final String ACCESS_KEY = "AK1234567890";
    /** What requests are signed with. */
    public static final String SECRET_KEY = "LnEsqNNqZIpkzauboDcLXLcYaWwLQ3Kop0zAnKIn";

    private static final long PATIENCE_SECONDS = 120;
    private static final long POLL_MILLIS = 100;

    private final Path directory;
    private final List<Process> servers = new ArrayList<>();
    private final int port;

    private RadosGateway(Path directory, int port) {
        this.directory = directory;
        this.port = port;
    }

    /** Starts one; skips the test when Ceph is not installed. */
    public static RadosGateway start(Path directory) throws IOException, InterruptedException {
        for (String program : List.of("ceph", "ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool")) {
            assumeTrue(
                    Files.isExecutable(Path.of("/usr/bin", program)),
                    program + " is not installed (Debian packages radosgw, ceph-mon, ceph-osd)");
        }
        RadosGateway gateway = new RadosGateway(directory, freePort());
        try {
            gateway.startServers();
            return gateway;
        } catch (IOException | InterruptedException | AssertionError e) {
            gateway.close();
            throw e;
        }
    }

    /** Where it listens. */
    public String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    /** A client with the keys of the gateway's user. */
    public S3Client client() {
        return S3Clients.of(
                new S3Address(URI.create(endpoint()), "", "", "us-east-1", true),
                Optional.of(new S3Login(ACCESS_KEY, SECRET_KEY, Optional.empty())),
                Optional.empty(),
                RemoteOptions.DEFAULT);
    }

    private void startServers() throws IOException, InterruptedException {
        int monitorPort = freePort();
        String cluster = UUID.randomUUID().toString();
        String osd = UUID.randomUUID().toString();
        for (String name : List.of("mon", "osd", "rgw", "run")) {
            Files.createDirectory(directory.resolve(name));
        }
        Files.writeString(directory.resolve("ceph.conf"), configuration(cluster, monitorPort));
        String map = directory.resolve("monmap").toString();
        run("monmaptool", "--create", "--fsid", cluster, "--addv", "a", "[v2:127.0.0.1:" + monitorPort + "]", map);
        ceph("ceph-mon", "--mkfs", "-i", "a", "--monmap", map);
        serve("ceph-mon", "-i", "a", "-f");
        ceph("ceph", "--connect-timeout", "60", "osd", "new", osd);
        ceph("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd);
        serve("ceph-osd", "-i", "0", "-f");
        ceph(
                "radosgw-admin",
                "user",
                "create",
                "--uid=test",
                "--display-name=test",
                "--access-key=" + ACCESS_KEY,
                "--secret=" + SECRET_KEY);
        serve("radosgw", "-n", "client.admin", "-f");
        awaitPort();
    }

    private String configuration(String cluster, int monitorPort) {
        return """
            [global]
            fsid = %2$s
            mon host = v2:127.0.0.1:%3$d
            public addr = 127.0.0.1
            auth cluster required = none
            auth service required = none
            auth client required = none
            ms mon client mode = crc secure
            ms client mode = crc
            osd pool default size = 1
            osd pool default min size = 1
            osd pool default pg num = 1
            osd pool default pgp num = 1
            mon allow pool size one = true
            mon max pg per osd = 1000
            mon data avail crit = 0
            osd crush chooseleaf type = 0
            osd objectstore = memstore
            memstore device bytes = 268435456
            run dir = %1$s/run
            admin socket = %1$s/run/$name.asok
            log file = %1$s/$name.log
            mon data = %1$s/mon
            osd data = %1$s/osd
            rgw data = %1$s/rgw
            rgw frontends = beast endpoint=127.0.0.1:%4$d
            """.formatted(directory, cluster, monitorPort, port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(program, "-c", directory.resolve("ceph.conf").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private void ceph(String program, String... arguments) throws IOException, InterruptedException {
        run(command(program, arguments).toArray(String[]::new));
    }

    private void run(String... command) throws IOException, InterruptedException {
        Path output = directory.resolve("output.txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended && process.exitValue() == 0)
                .as("%s: %s", List.of(command), Files.readString(output))
                .isTrue();
    }

    private void serve(String program, String... arguments) throws IOException {
        servers.add(new ProcessBuilder(command(program, arguments))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    private void awaitPort() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < end) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                Thread.sleep(POLL_MILLIS);
            }
        }
        throw new IOException("radosgw did not start; its log is in " + directory);
    }

    /** Stops the servers, the last one first. */
    @Override
    public void close() {
        servers.reversed().forEach(server -> server.destroyForcibly().onExit().join());
    }
}
