package berth.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Runs QEMU's tools. */
final class Qemu {
    private Qemu() {}

    /** Skips the test where the tools are not installed. */
    static void assumeInstalled() {
        for (String tool : List.of("qemu-img", "qemu-io")) {
            boolean found = Arrays.stream(System.getenv("PATH").split(":"))
                    .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
            Assumptions.assumeTrue(found, tool + " is not installed (Debian package qemu-utils)");
        }
    }

    static String img(Path directory, String... arguments) {
        return run(directory, "qemu-img", List.of(arguments));
    }

    /** Runs commands against an image in one process. */
    static void io(Path directory, String format, String file, List<String> commands) {
        List<String> arguments = new ArrayList<>(List.of("-t", "unsafe", "-f", format));
        for (String command : commands) {
            arguments.add("-c");
            arguments.add(command);
        }
        arguments.add(file);
        String output = run(directory, "qemu-io", arguments);
        assertThat(output).as("output of qemu-io %s", commands).doesNotContain("failed", "invalid", "not supported");
    }

    private static String run(Path directory, String tool, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(tool));
        command.addAll(arguments);
        try {
            Path output = Files.createTempFile(directory, "output", ".txt");
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectOutput(output.toFile())
                    .start();
            boolean ended = process.waitFor(60, TimeUnit.SECONDS);
            process.destroyForcibly();
            String text = Files.readString(output);
            Files.delete(output);
            assertThat(ended && process.exitValue() == 0)
                    .as("%s in %s: %s", command, directory, text)
                    .isTrue();
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
