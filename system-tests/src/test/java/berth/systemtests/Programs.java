package berth.systemtests;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs programs of other people. */
final class Programs {
    private static final List<String> DIRECTORIES = List.of("/usr/bin", "/usr/sbin", "/bin", "/sbin");
    private static final long PATIENCE_SECONDS = 180;
    private static final int TIMED_OUT = -1;

    private Programs() {}

    /** Skips the test when one of the programs is not installed. */
    static void require(String... programs) {
        for (String program : programs) {
            assumeTrue(isInstalled(program), program + " is not installed");
        }
    }

    /** Skips the test when it is not run by root, which alone may mount and set up loop devices. */
    static void requireRoot() {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root may mount file systems");
    }

    private static boolean isInstalled(String program) {
        return DIRECTORIES.stream().anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }

    /** Runs a program to its end. */
    static Outcome run(String... command) throws IOException {
        return run(new ProcessBuilder(command));
    }

    /** Runs a program to its end and asserts that it succeeded. */
    static Outcome ok(String... command) throws IOException {
        return run(command).succeeded();
    }

    /** Runs a program to its end; one that takes more than three minutes is killed and has the status -1. */
    static Outcome run(ProcessBuilder builder) throws IOException {
        Path out = Files.createTempFile("berth-test", ".out");
        Path err = Files.createTempFile("berth-test", ".err");
        try {
            Process process = builder.redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            process.getOutputStream().close();
            int status = await(process);
            return new Outcome(String.join(" ", builder.command()), status, text(out), text(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** Waits for a process and returns its exit status; kills it when it takes more than three minutes. */
    static int await(Process process) throws IOException {
        try {
            if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            process.destroyForcibly().waitFor();
            return TIMED_OUT;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for process " + process.pid(), e);
        }
    }

    /** Kills a process, its children first, and waits for its end. */
    static void kill(Process process) throws IOException {
        try (Stream<ProcessHandle> children = process.descendants()) {
            children.forEach(ProcessHandle::destroyForcibly);
        }
        process.destroyForcibly();
        await(process);
    }

    /** The text of a file. */
    static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }
}
