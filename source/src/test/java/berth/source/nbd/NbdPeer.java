package berth.source.nbd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An NBD server of other people on a Unix socket. */
public final class NbdPeer implements AutoCloseable {
    private static final long PATIENCE_MILLIS = 10_000;

    private final Process process;
    private final Path socket;

    private NbdPeer(Process process, Path socket) {
        this.process = process;
        this.socket = socket;
    }

    /** nbdkit with further arguments: filters, a plugin and their parameters. */
    public static NbdPeer nbdkit(Path socket, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("/usr/bin/nbdkit", "--foreground", "--exit-with-parent", "--unix", socket.toString()));
        command.addAll(List.of(arguments));
        return start(socket, command);
    }

    /** qemu-nbd with further arguments: options and a file. */
    public static NbdPeer qemu(Path socket, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("/usr/bin/qemu-nbd", "--read-only", "--persistent", "--socket", socket.toString()));
        command.addAll(List.of(arguments));
        return start(socket, command);
    }

    private static NbdPeer start(Path socket, List<String> command) throws IOException {
        assumeTrue(Files.isExecutable(Path.of(command.getFirst())), command.getFirst() + " is not installed");
        Files.deleteIfExists(socket);
        NbdPeer peer = new NbdPeer(
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start(),
                socket);
        peer.awaitSocket();
        return peer;
    }

    private void awaitSocket() throws IOException {
        long end = System.currentTimeMillis() + PATIENCE_MILLIS;
        while (!Files.exists(socket)) {
            if (!process.isAlive() || System.currentTimeMillis() > end) {
                close();
                throw new IOException("the NBD server did not start");
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException(e);
            }
        }
    }

    /** Kills the server. */
    @Override
    public void close() throws IOException {
        try {
            process.destroyForcibly().waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
