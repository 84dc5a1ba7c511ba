package berth.fuzz;

import com.code_intelligence.jazzer.Jazzer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A run of Jazzer in a process of its own.
 *
 * @param directory where it left what it found, and its log
 * @param status its exit status, 0 when no input broke a promise
 * @param said its log
 */
record JazzerRun(Path directory, int status, String said) {
    /** A hang has no end; the first input also waits for classes to be loaded and instrumented, on a busy machine long. */
    private static final int INPUT_SECONDS = 60;

    /**
     * Runs Jazzer to its end.
     *
     * @param name of the directory in {@code target/fuzz}
     * @param target the class with the method {@code fuzzerTestOneInput}
     * @param arguments how long, and with which seeds
     */
    static JazzerRun of(String name, Class<?> target, List<String> arguments) throws Exception {
        Path directory = Files.createDirectories(Path.of("target", "fuzz", name).toAbsolutePath());
        Path log = directory.resolve("log");
        // libFuzzer's seeds have 32 bits, and 0 would be a random one.
        int seed = (int) (long) Long.getLong("berth.seed", new Random().nextInt(1, Integer.MAX_VALUE));
        System.out.println("fuzz " + name + ": berth.seed=" + seed);
        List<String> command = command(target, directory);
        command.add("-seed=" + seed);
        command.addAll(arguments);
        int status = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        return new JazzerRun(directory, status, Files.readString(log));
    }

    private static List<String> command(Class<?> target, Path directory) throws IOException {
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                // What a parser holds at a time has to fit beside Jazzer itself.
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=128m",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Djava.io.tmpdir=" + Files.createDirectories(directory.resolve("tmp")),
                "-Dfuzz.scratch=" + scratch(directory),
                "-cp",
                System.getProperty("java.class.path"),
                Jazzer.class.getName(),
                "--target_class=" + target.getName(),
                "--instrumentation_includes=berth.**",
                "--custom_hook_includes=berth.**",
                "--custom_hooks=" + OpenedFiles.class.getName(),
                "--reproducer_path=" + directory,
                "-artifact_prefix=" + directory + "/",
                "-timeout=" + INPUT_SECONDS,
                "-rss_limit_mb=2048"));
    }

    /** In memory where that can be: some targets write a file for each input. */
    private static Path scratch(Path directory) throws IOException {
        Path memory = Path.of("/dev/shm");
        return Files.isWritable(memory) ? memory : Files.createDirectories(directory.resolve("scratch"));
    }

    /** The part of the log that says what was wrong. */
    String complaint() {
        int start = Math.max(said.indexOf("\n== "), 0);
        return said.substring(start, Math.min(said.length(), start + 4000));
    }
}
