package berth.systemtests;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A {@code berth} command that is running. Closing it kills it where it still runs. Not for use by several threads. */
final class BerthProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long POLL_MILLIS = 10;

    private final String command;
    private final Process process;
    private final Path out;
    private final Path err;

    BerthProcess(String command, Process process, Path out, Path err) {
        this.command = command;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** What is true of the process or of what it has done so far. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws IOException;
    }

    /** Its process id. */
    long pid() {
        return process.pid();
    }

    /** Its standard input. */
    OutputStream input() {
        return process.getOutputStream();
    }

    /** Whether it runs. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for a line on standard output, which a server prints once it can be reached. */
    String awaitLine() throws IOException {
        return awaitText(out, "\n").strip();
    }

    /** Waits for a text on standard error. */
    void awaitMessage(String text) throws IOException {
        awaitText(err, text);
    }

    private String awaitText(Path file, String text) throws IOException {
        await(() -> Programs.text(file).contains(text), "'" + text + "'");
        return Programs.text(file);
    }

    /** Waits until something holds; fails when the process ends before it does. */
    void await(Condition condition, String what) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            boolean over = !process.isAlive() || System.nanoTime() > end;
            if (condition.holds()) {
                return;
            }
            if (over) {
                throw new AssertionError("no " + what + " from " + state());
            }
            pause(POLL_MILLIS);
        }
    }

    /** Waits so long, or until the process ends. */
    void runFor(Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            pause(1);
        }
    }

    private static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for berth", e);
        }
    }

    /**
     * Sends a signal.
     *
     * @param signal its name without {@code SIG}
     */
    void signal(String signal) throws IOException {
        Programs.ok("kill", "-" + signal, Long.toString(pid()));
    }

    /** Sends SIGKILL and waits for the end. */
    void killHard() throws IOException {
        process.destroyForcibly();
        Programs.await(process);
    }

    /** Waits for the end. */
    Outcome end() throws IOException {
        int status = Programs.await(process);
        return new Outcome(command, status, Programs.text(out), Programs.text(err));
    }

    private String state() throws IOException {
        Optional<Integer> status = process.isAlive() ? Optional.empty() : Optional.of(process.exitValue());
        return command + " " + status.map(number -> "[exit " + number + "]").orElse("(running)") + "\n"
                + Programs.text(out) + Programs.text(err);
    }

    @Override
    public void close() throws IOException {
        if (process.isAlive()) {
            killHard();
        }
    }
}
