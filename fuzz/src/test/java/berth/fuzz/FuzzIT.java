package berth.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.code_intelligence.jazzer.Jazzer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Jazzer looks for inputs that break a promise: some seconds for each target, or {@code -Dfuzz.runs=N} executions. {@code
 * -Dfuzz.target=NAME} runs one target only, {@code -Dberth.seed=N} repeats a run.
 */
@Execution(ExecutionMode.CONCURRENT)
final class FuzzIT {
    /** Time enough to find what is shallow; the deep finds are those of long runs. */
    private static final int SHORT_RUN_SECONDS = 3;

    private static final int INPUT_SECONDS = 10;
    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in (\\d+) second");

    @ParameterizedTest
    @EnumSource
    void jazzerFindsNoInputThatBreaksAPromise(Target target) throws Exception {
        String only = System.getProperty("fuzz.target", target.toString());
        assumeTrue(only.equals(target.toString()), "only " + only + " was asked for");
        Path directory = Files.createDirectories(
                Path.of("target", "fuzz", target.toString()).toAbsolutePath());
        Path log = directory.resolve("log");
        // libFuzzer's seeds have 32 bits, and 0 would be a random one.
        int seed = (int) (long) Long.getLong("berth.seed", new Random().nextInt(1, Integer.MAX_VALUE));
        System.out.println("fuzz " + target + ": berth.seed=" + seed);
        int status = new ProcessBuilder(command(target, directory, seed))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        String said = Files.readString(log);
        assertThat(status).as(failure(target, directory, said)).isZero();
        Matcher done = DONE.matcher(said);
        assertThat(done.find()).as(said).isTrue();
        System.out.println("fuzz " + target + ": " + done.group(1) + " executions in " + done.group(2) + " s");
    }

    private static String failure(Target target, Path directory, String said) {
        int start = Math.max(said.indexOf("\n== "), 0);
        return "Jazzer broke " + target + ". The input is " + directory + "/crash-* (or timeout-*, oom-*); copy it to"
                + " fuzz/corpus/" + target + "/, where ./verify --module fuzz --quick replays it. What Jazzer said: "
                + said.substring(start, Math.min(said.length(), start + 4000));
    }

    /** In memory where that can be: some targets write a file for each input. */
    private static Path scratch(Path directory) throws IOException {
        Path memory = Path.of("/dev/shm");
        return Files.isWritable(memory) ? memory : Files.createDirectories(directory.resolve("scratch"));
    }

    private static List<String> command(Target target, Path directory, int seed) throws IOException {
        List<String> command = new ArrayList<>(List.of(
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
                "--target_class=" + target.className(),
                "--instrumentation_includes=berth.**",
                "--custom_hook_includes=berth.**",
                "--custom_hooks=" + OpenedFiles.class.getName(),
                "--reproducer_path=" + directory,
                "-artifact_prefix=" + directory + "/",
                "-max_len=" + target.maxInputBytes(),
                "-timeout=" + INPUT_SECONDS,
                "-rss_limit_mb=2048",
                "-seed=" + seed));
        Integer runs = Integer.getInteger("fuzz.runs");
        command.add(runs == null ? "-max_total_time=" + SHORT_RUN_SECONDS : "-runs=" + runs);
        command.add(Files.createDirectories(directory.resolve("found")).toString());
        command.add(Path.of("corpus", target.toString()).toAbsolutePath().toString());
        return command;
    }
}
