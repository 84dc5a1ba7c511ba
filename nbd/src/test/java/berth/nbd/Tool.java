package berth.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the programs of others. A test that needs one which is not installed is skipped. */
final class Tool {
    private static final int TIMEOUT_SECONDS = 120;

    private Tool() {}

    /** How a program ended, and what it said on both streams. */
    record Result(int status, String output) {}

    /** Runs a program that has to succeed; what it said. */
    static String run(Path directory, String... command) {
        Result result = tryRun(directory, command);
        assertThat(result.status())
                .as("%s said: %s", List.of(command), result.output())
                .isZero();
        return result.output();
    }

    /** Runs a program that may fail. */
    static Result tryRun(Path directory, String... command) {
        assumeTrue(isInstalled(command[0]), command[0] + " is not installed");
        try {
            Path output = Files.createTempFile(directory, "output", ".txt");
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(List.of(command) + " did not end; it said: " + Files.readString(output));
            }
            return new Result(process.exitValue(), Files.readString(output));
        } catch (IOException e) {
            throw new AssertionError(List.of(command) + " could not be run", e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory).resolve(program)));
    }
}
