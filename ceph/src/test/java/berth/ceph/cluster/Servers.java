package berth.ceph.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The programs of a cluster. */
final class Servers {
    private static final long PATIENCE_SECONDS = 120;
    private static final long POLL_MILLIS = 50;

    private final Path directory;
    private final Path configurationFile;
    private final Map<String, Process> running = new LinkedHashMap<>();

    Servers(Path directory, Path configurationFile) {
        this.directory = directory;
        this.configurationFile = configurationFile;
    }

    private List<String> command(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program, "-c", configurationFile.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Starts a daemon of Ceph under a name. */
    synchronized void start(String name, String program, String... arguments) {
        List<String> command = command(program, arguments);
        command.add("-f");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve(name + ".out").toFile())
                    .start();
            running.put(name, process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a program of Ceph to its end, and gives what it printed. */
    String ceph(String program, String... arguments) {
        return run(command(program, arguments));
    }

    /** Runs a program to its end, and gives what it printed to its standard output. */
    String run(List<String> command) {
        try {
            Path output = Files.createTempFile(directory, "output", ".txt");
            Path errors = Files.createTempFile(directory, "errors", ".txt");
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            String printed = Files.readString(output);
            assertThat(ended && process.exitValue() == 0)
                    .as("%s: %s%s", command, printed, Files.readString(errors))
                    .isTrue();
            Files.delete(output);
            Files.delete(errors);
            return printed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits until something is so. */
    void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("%s did not start; see %s", what, directory)
                    .isLessThan(end);
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** Waits until something listens on a port. */
    void awaitPort(String what, int port) {
        await(what, () -> {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Sends a signal to a daemon. */
    synchronized void signal(String name, String signal) {
        run(List.of("kill", "-" + signal, Long.toString(running.get(name).pid())));
    }

    /** Kills a daemon. */
    synchronized void kill(String name) {
        running.get(name).destroyForcibly().onExit().join();
    }

    /** Kills all daemons, the last one first. */
    synchronized void stopAll() {
        List.copyOf(running.values())
                .reversed()
                .forEach(server -> server.destroyForcibly().onExit().join());
        running.clear();
    }

    /** Deletes a directory with all that is in it. */
    static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
