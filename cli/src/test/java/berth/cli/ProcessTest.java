package berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as users start it: processes, signals, pipes. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ProcessTest {
    @TempDir
    Path temp;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endAll() {
        started.forEach(Process::destroyForcibly);
    }

    private Process start(String... args) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--store",
                temp.resolve("store").toString()));
        line.addAll(List.of(args));
        Process process = new ProcessBuilder(line)
                .directory(temp.toFile())
                .redirectErrorStream(true)
                .start();
        started.add(process);
        return process;
    }

    private String run(int status, String... args) throws Exception {
        Process process = start(args);
        process.getOutputStream().close();
        String output = process.inputReader(StandardCharsets.UTF_8).readAllAsString();
        assertThat(process.waitFor()).as(output).isEqualTo(status);
        return output;
    }

    private static void signal(Process process, String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private Process serve() throws Exception {
        Process server = start("serve", "--pid-file", "pid");
        assertThat(server.inputReader().readLine())
                .isEqualTo("berth: serving the store " + temp.resolve("store") + " as process " + server.pid());
        return server;
    }

    @Test
    void everyCommandDoesTheSameWithAndWithoutAServer() throws Exception {
        assertThat(run(0, "ls")).isEmpty();
        run(0, "create", "--size", "1G", "web");
        String alone = run(0, "info", "web") + run(2, "info", "nosuch") + run(1, "ls", "--bogus");
        Process server = serve();
        assertThat(run(0, "info", "web") + run(2, "info", "nosuch") + run(1, "ls", "--bogus"))
                .isEqualTo(alone);
        assertThat(temp.resolve("pid")).hasContent(Long.toString(server.pid()));
        signal(server, "TERM");
        assertThat(server.waitFor()).isZero();
        assertThat(temp.resolve("pid")).doesNotExist();
        assertThat(run(0, "info", "web")).startsWith("rbd image 'web':\n");
    }

    @Test
    void bytesFlowThroughTheServerByRelativePathsAndPipes() throws Exception {
        byte[] disk = new byte[20 << 20];
        new Random(1).nextBytes(disk);
        Files.write(temp.resolve("disk.raw"), disk);
        Process server = serve();
        run(0, "import", "--no-progress", "disk.raw", "a");
        Process piped = start("import", "--no-progress", "-", "b");
        try (OutputStream in = piped.getOutputStream()) {
            in.write(disk);
        }
        assertThat(piped.waitFor()).isZero();
        Process export = start("export", "--no-progress", "b", "-");
        assertThat(export.getInputStream().readAllBytes()).isEqualTo(disk);
        run(0, "export", "--no-progress", "a", "copy.raw");
        assertThat(temp.resolve("copy.raw")).hasBinaryContent(disk);
        signal(server, "INT");
        assertThat(server.waitFor()).isZero();
    }

    @Test
    void anInterruptedImportLeavesNothingWhetherItRunsHereOrInTheServer() throws Exception {
        interruptImport("INT", 130);
        interruptImport("TERM", 143);
        serve();
        interruptImport("INT", 130);
        interruptImport("TERM", 143);
        assertThat(run(0, "ls")).isEmpty();
        assertThat(run(0, "check")).isEqualTo("No damage found.\n");
    }

    private void interruptImport(String signal, int status) throws Exception {
        Process importing = startImport();
        signal(importing, signal);
        assertThat(importing.waitFor()).isEqualTo(status);
        assertThat(run(0, "ls")).isEmpty();
    }

    /** Starts an import that has begun and waits for more input. */
    private Process startImport() throws Exception {
        Process importing = start("import", "--no-progress", "-", "half");
        importing.getOutputStream().write(1);
        importing.getOutputStream().flush();
        while (!Files.exists(temp.resolve("store/control.sock"))) {
            Thread.sleep(20); // so that it owns the store, and not the listing below, which would wait for its end
        }
        while (!run(0, "ls").equals("half\n")) {
            Thread.sleep(20);
        }
        return importing;
    }

    @Test
    void aClientThatIsKilledEndsItsCommandInTheServer() throws Exception {
        serve();
        signal(startImport(), "KILL");
        while (!run(0, "ls").isEmpty()) {
            Thread.sleep(20);
        }
    }

    @Test
    void aServerThatIsKilledLeavesAStoreThatTheNextCommandOwns() throws Exception {
        Process server = serve();
        run(0, "create", "--size", "1G", "web");
        run(0, "snap", "create", "--no-progress", "web@a");
        signal(server, "KILL");
        server.waitFor();
        assertThat(run(0, "snap", "ls", "web")).contains(" a ");
        assertThat(run(0, "check")).isEqualTo("No damage found.\n");
    }

    @Test
    void aSecondServerIsToldWhoOwnsTheStore() throws Exception {
        Process server = serve();
        assertThat(run(16, "serve")).contains("is owned by process " + server.pid());
    }

    @Test
    void helpNeedsNoStore() throws Exception {
        assertThat(run(0, "help", "snap", "create")).startsWith("usage: berth snap create ");
        assertThat(run(0, "snap", "create", "--help")).isEqualTo(run(0, "help", "snap", "create"));
        assertThat(run(0)).startsWith("usage: berth [--store <directory>] <command> ...\n");
        assertThat(run(0, "--version")).matches("berth version [0-9].*\n");
        assertThat(run(0, "completion", "bash")).contains("complete -F _complete_berth");
        assertThat(temp.resolve("store")).doesNotExist();
    }
}
