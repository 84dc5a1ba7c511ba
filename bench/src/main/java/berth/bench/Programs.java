package berth.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs other programs to their end. */
public final class Programs {
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private Programs() {}

    /**
     * What a program did.
     *
     * @param seconds wall time from its start to its end
     * @param output what it wrote to standard output
     */
    public record Outcome(double seconds, String output) {}

    /**
     * Runs a program.
     *
     * @throws BenchException unless it exits with status 0, with what it wrote to standard error
     */
    public static Outcome run(List<String> command) {
        Path output = temporary("output");
        Path errors = temporary("errors");
        try {
            long start = System.nanoTime();
            Process process = new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new BenchException(String.join(" ", command) + " did not end within " + PATIENCE);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            if (process.exitValue() != 0) {
                throw new BenchException(String.join(" ", command) + " failed with " + process.exitValue() + ": "
                        + Files.readString(errors) + Files.readString(output));
            }
            return new Outcome(seconds, Files.readString(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new BenchException("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted while " + command.getFirst() + " ran", e);
        } finally {
            delete(output);
            delete(errors);
        }
    }

    /** Runs a program; its words are the arguments. */
    public static Outcome run(String... command) {
        return run(List.of(command));
    }

    /** The first line that a program prints about itself; empty where it is not installed. */
    public static Optional<String> version(String... command) {
        return isInstalled(command[0]) ? run(command).output().lines().findFirst() : Optional.empty();
    }

    /** Whether the path has such a program. */
    public static boolean isInstalled(String program) {
        if (program.contains("/")) {
            return Files.isExecutable(Path.of(program));
        }
        for (String folder : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    private static Path temporary(String name) {
        try {
            return Files.createTempFile("berth-bench", name);
        } catch (IOException e) {
            throw new BenchException("cannot make a temporary file: " + e.getMessage(), e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new BenchException("cannot remove " + file + ": " + e.getMessage(), e);
        }
    }
}
