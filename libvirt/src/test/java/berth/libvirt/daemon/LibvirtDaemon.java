package berth.libvirt.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A real libvirtd with the drivers for QEMU and secrets, whose files are all in a directory of its own. It and its guests
 * are in a process namespace of their own, so that nothing is left of them after {@link #close}, however the tests end.
 */
public final class LibvirtDaemon implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 60;
    private static final long POLL_MILLIS = 20;

    /**
     * The mounts give libvirtd its own place for everything that it keeps; the shell is the first process of the
     * namespace, and as such reaps the guests that libvirtd leaves to it. libvirtd is started anew when it ends.
     */
    private static final String SCRIPT = """
            mount -t proc proc /proc
            for place in etc/libvirt var/lib/libvirt run/libvirt var/cache/libvirt var/log/libvirt; do
                mkdir -p "/$place" "$1/$place"
                mount --bind "$1/$place" "/$place"
            done
            mount --bind "$1/passwd" /etc/passwd
            mount --bind "$1/group" /etc/group
            while :; do
                libvirtd -f "$1/libvirtd.conf" -p "$1/libvirtd.pid" &
                echo $! > "$1/pid"
                wait $!
                while [ -e "$1/stay-down" ]; do sleep 0.05; done
            done
            """;

    private final Path directory;
    private final Process process;

    private LibvirtDaemon(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
    }

    /** Starts a daemon in an empty directory; the test is skipped where none can be. */
    public static LibvirtDaemon start(Path directory) throws IOException {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/sbin/libvirtd")),
                "libvirtd is not installed (libvirt-daemon, libvirt-daemon-driver-qemu)");
        assumeTrue("root".equals(System.getProperty("user.name")), "a libvirtd of one's own needs root for its mounts");
        Files.createDirectories(directory.resolve("etc/libvirt"));
        Files.writeString(directory.resolve("libvirtd.conf"), """
                unix_sock_dir = "%s"
                auth_unix_ro = "none"
                auth_unix_rw = "none"
                """.formatted(directory));
        Files.writeString(directory.resolve("etc/libvirt/qemu.conf"), """
                security_driver = "none"
                cgroup_controllers = [ ]
                namespaces = [ ]
                stdio_handler = "file"
                user = "root"
                group = "root"
                dynamic_ownership = 0
                """);
        // libvirtd asks for these, even where it is told to use others.
        addLine(Path.of("/etc/passwd"), directory.resolve("passwd"), "libvirt-qemu:x:64055:64055::/:/usr/sbin/nologin");
        addLine(Path.of("/etc/group"), directory.resolve("group"), "libvirt-qemu:x:64055:");
        Process process = new ProcessBuilder(List.of(
                        "unshare",
                        "--mount",
                        "--propagation",
                        "private",
                        "--pid",
                        "--fork",
                        "--kill-child",
                        "bash",
                        "-c",
                        SCRIPT,
                        "libvirtd",
                        directory.toString()))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        process.getOutputStream().close();
        LibvirtDaemon daemon = new LibvirtDaemon(directory, process);
        Runtime.getRuntime().addShutdownHook(new Thread(daemon::close));
        try {
            daemon.awaitListening();
            return daemon;
        } catch (IOException | RuntimeException | AssertionError e) {
            daemon.close();
            throw e;
        }
    }

    private static void addLine(Path from, Path to, String line) throws IOException {
        String text = Files.readString(from);
        Files.writeString(to, text.contains(line.substring(0, line.indexOf(':') + 1)) ? text : text + line + "\n");
    }

    private void awaitListening() throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!listens()) {
            assertThat(process.isAlive() && System.nanoTime() < end)
                    .as("libvirtd does not start; it says: %s", Files.readString(directory.resolve("log")))
                    .isTrue();
            pause();
        }
    }

    private boolean listens() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket()));
        } catch (IOException e) {
            return false;
        }
    }

    private Path socket() {
        return directory.resolve("libvirt-sock");
    }

    /** The connection's URI. */
    public String uri() {
        return "qemu+unix:///system?socket=" + socket();
    }

    /** Kills the daemon with SIGKILL and starts it again; its guests go on meanwhile. */
    public void restart() throws IOException {
        kill();
        revive();
    }

    /** Kills the daemon with SIGKILL; it stays down until {@link #revive}. */
    public void kill() throws IOException {
        Files.writeString(directory.resolve("stay-down"), "");
        ProcessHandle daemon = daemon().orElseThrow();
        daemon.destroyForcibly();
        daemon.onExit().join();
    }

    /** Starts the daemon again. */
    public void revive() throws IOException {
        Files.deleteIfExists(directory.resolve("stay-down"));
        awaitListening();
    }

    /** Stops the daemon from doing anything, as if it hung, or lets it go on. */
    public void hang(boolean hangs) throws IOException {
        long pid = daemon().orElseThrow().pid();
        Process kill = new ProcessBuilder("kill", hangs ? "-STOP" : "-CONT", Long.toString(pid)).start();
        assertThat(kill.onExit().join().exitValue()).isZero();
    }

    /** The daemon's process, found from the outside, where its number is another one. */
    private Optional<ProcessHandle> daemon() {
        return process.toHandle()
                .descendants()
                .filter(handle -> handle.info().command().orElse("").endsWith("/libvirtd"))
                .findFirst();
    }

    /** What the daemon has said so far, for a failed test. */
    public String log() throws IOException {
        return Files.readString(directory.resolve("log"), StandardCharsets.UTF_8);
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends the daemon and all guests. */
    @Override
    public void close() {
        // The end of the first process of the namespace is the end of all others.
        process.destroyForcibly().onExit().join();
    }
}
