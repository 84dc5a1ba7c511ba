package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.AbstractStringAssert;

/** Runs {@code berth} commands on one store, each in its own process. */
final class Berth {
    /** The built program: {@code cli/target/berth.jar} where Maven does not say otherwise. */
    static final Path JAR =
            Path.of(System.getProperty("berth.jar", "../cli/target/berth.jar")).toAbsolutePath();

    private final Path store;
    private final Path logs;
    private int started;

    /**
     * @param store the store's directory
     * @param logs an existing directory for the output of commands that run on
     */
    Berth(Path store, Path logs) {
        this.store = store;
        this.logs = logs;
    }

    /** The store in a test's own directory, where the output of its commands goes, too. */
    static Berth in(Path directory) {
        return new Berth(directory.resolve("store"), directory);
    }

    /** The store's directory. */
    Path store() {
        return store;
    }

    /** Runs a command to its end. */
    Outcome run(String... args) throws IOException {
        return Programs.run(builder(args));
    }

    /** Runs a command to its end and asserts that it succeeded. */
    Outcome ok(String... args) throws IOException {
        return run(args).succeeded();
    }

    /** Starts a command with an empty standard input and returns while it runs. */
    BerthProcess start(String... args) throws IOException {
        BerthProcess process = startReading(args);
        process.input().close();
        return process;
    }

    /** Starts a command whose standard input the test writes. */
    BerthProcess startReading(String... args) throws IOException {
        started++;
        Path out = logs.resolve("berth-" + started + ".out");
        Path err = logs.resolve("berth-" + started + ".err");
        Process process = builder(args)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new BerthProcess("berth " + String.join(" ", args), process, out, err);
    }

    /**
     * Serves an image or snapshot over NBD, and returns once clients can connect.
     *
     * @param options further options
     */
    BerthProcess serve(String image, Path socket, String... options) throws IOException {
        List<String> args = new ArrayList<>(List.of("nbd", "serve", image, "--socket", socket.toString()));
        args.addAll(List.of(options));
        BerthProcess server = start(args.toArray(String[]::new));
        try {
            server.awaitLine();
        } catch (IOException | AssertionError e) {
            server.close();
            throw e;
        }
        return server;
    }

    /** Asserts that the store has no damage. */
    void check() throws IOException {
        assertThat(ok("check").out()).isEqualTo("No damage found.\n");
    }

    /** The space that the store takes on its disk. */
    long usedBytes() throws IOException {
        // Files may come and go meanwhile, of which du complains.
        String used = Programs.run("du", "-s", "-B1", store.toString()).out();
        return Long.parseLong(used.substring(0, used.indexOf('\t')));
    }

    /** An assertion on the state of an image's migration. */
    AbstractStringAssert<?> assertStatus(String image) throws IOException {
        return assertThat(ok("status", image).out()).as("status of %s", image);
    }

    /** Writes an image or snapshot to a new file. */
    Path export(String image, Path file) throws IOException {
        Files.deleteIfExists(file);
        ok("export", "--no-progress", image, file.toString());
        return file;
    }

    private ProcessBuilder builder(String... args) {
        assertThat(JAR).as("the built program; run 'mvn package' for cli").isRegularFile();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Xmx256m",
                "-jar",
                JAR.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).directory(logs.toFile());
        builder.environment().put("BERTH_STORE", store.toString());
        builder.environment().put("BERTH_DEBUG", "1");
        builder.environment().put("LC_ALL", "C.UTF-8");
        return builder;
    }
}
