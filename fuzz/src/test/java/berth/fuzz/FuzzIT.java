package berth.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
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
    private static final int SHORT_RUN_SECONDS = 2;

    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in (\\d+) second");

    @ParameterizedTest
    @EnumSource
    void jazzerFindsNoInputThatBreaksAPromise(Target target) throws Exception {
        String only = System.getProperty("fuzz.target", target.toString());
        assumeTrue(only.equals(target.toString()), "only " + only + " was asked for");
        Integer runs = Integer.getInteger("fuzz.runs");
        Path found = Path.of("target", "fuzz", target.toString(), "found").toAbsolutePath();
        JazzerRun run = JazzerRun.of(
                target.toString(),
                target.type(),
                List.of(
                        "-max_len=" + target.maxInputBytes(),
                        runs == null ? "-max_total_time=" + SHORT_RUN_SECONDS : "-runs=" + runs,
                        Files.createDirectories(found).toString(),
                        Path.of("corpus", target.toString()).toAbsolutePath().toString()));
        assertThat(run.status()).as(failure(target, run)).isZero();
        Matcher done = DONE.matcher(run.said());
        assertThat(done.find()).as(run.said()).isTrue();
        System.out.println("fuzz " + target + ": " + done.group(1) + " executions in " + done.group(2) + " s");
    }

    private static String failure(Target target, JazzerRun run) {
        return "Jazzer broke " + target + ". The input is " + run.directory()
                + "/crash-* (or timeout-*, oom-*); copy it to fuzz/corpus/" + target
                + "/, where ./verify --module fuzz --quick replays it. What Jazzer said: " + run.complaint();
    }

    @Test
    void jazzerNoticesAFileThatMustNotBeOpened() throws Exception {
        JazzerRun run = JazzerRun.of("forbidden-file", ForbiddenFileFuzz.class, List.of("-runs=100"));
        assertThat(run.status()).isNotZero();
        assertThat(run.said()).contains("BrokenPromise: it opened /nonexistent/berth");
    }
}
