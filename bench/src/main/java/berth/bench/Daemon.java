package berth.bench;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A program that runs until it is closed. */
public final class Daemon implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(2);

    private final Process process;
    private final Path log;

    private Daemon(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a program and waits until its socket takes connections.
     *
     * @param log takes what it prints
     * @throws BenchException when it ends early or does not listen within half a minute
     */
    public static Daemon start(List<String> command, Path socket, Path log) {
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new BenchException("cannot remove " + socket + ": " + e.getMessage(), e);
        }
        return start(command, log, () -> accepts(socket), "does not serve " + socket);
    }

    /**
     * Starts a program and waits until it has printed something.
     *
     * @param log takes what it prints
     * @throws BenchException when it ends early or has not printed it within half a minute
     */
    static Daemon startUntilItSays(String text, List<String> command, Path log) {
        return start(command, log, () -> contents(log).contains(text), "does not say " + text);
    }

    private static Daemon start(List<String> command, Path log, BooleanSupplier ready, String otherwise) {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            Daemon daemon = new Daemon(process, log);
            daemon.waitUntil(ready, command.getFirst() + " " + otherwise);
            return daemon;
        } catch (IOException e) {
            throw new BenchException("cannot start " + command.getFirst() + ": " + e.getMessage(), e);
        }
    }

    /** Its resident memory now, in mebibytes. */
    public double residentMib() {
        Path status = Path.of("/proc/" + process.pid() + "/status");
        try (var lines = Files.lines(status)) {
            String line = lines.filter(text -> text.startsWith("VmRSS:"))
                    .findFirst()
                    .orElseThrow(() -> new BenchException(status + " has no VmRSS"));
            return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
        } catch (IOException e) {
            throw new BenchException("cannot read " + status + ": " + e.getMessage(), e);
        }
    }

    /** Asks it to end and waits for that; after half a minute it is killed. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void waitUntil(BooleanSupplier ready, String otherwise) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!ready.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                close();
                throw new BenchException(otherwise + ": " + contents(log));
            }
            pause();
        }
    }

    private static String contents(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new BenchException("cannot read " + log + ": " + e.getMessage(), e);
        }
    }

    private static boolean accepts(Path socket) {
        if (!Files.exists(socket)) {
            return false;
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false; // not listening yet
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while a server started", e);
        }
    }
}
