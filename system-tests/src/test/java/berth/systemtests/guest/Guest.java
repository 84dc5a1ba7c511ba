package berth.systemtests.guest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** A guest that shows on its console what it does. */
public interface Guest extends AutoCloseable {
    /** The line on the console with which the guest's own work begins. */
    String BOOTED = "GUEST-BOOTED";
    /** The line, followed by the script's exit status, with which it ends. */
    String ENDED = "GUEST-ENDED";

    /** The file that the console is written to. */
    Path consoleFile();

    /** Whether the guest is running. */
    boolean isAlive();

    /** Switches it off at once. */
    @Override
    void close();

    /** The whole lines that the console has shown so far. */
    default List<String> console() throws IOException {
        String text = Files.readString(consoleFile(), StandardCharsets.ISO_8859_1);
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    }

    /** Waits until the guest's own work begins. */
    default void awaitBoot() throws IOException {
        await(BOOTED::equals, "its own first line", Duration.ofMinutes(2));
    }

    /**
     * Waits for a line on the console.
     *
     * @param what names the line in messages
     * @return the first line that fits
     * @throws IOException when the guest ends without it, or the patience does
     */
    default String await(Predicate<String> fits, String what, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            boolean over = !isAlive() || System.nanoTime() > deadline;
            List<String> lines = console();
            for (String line : lines) {
                if (fits.test(line)) {
                    return line;
                }
            }
            if (over) {
                throw new IOException("the guest " + (isAlive() ? "has not shown " : "ended without ") + what
                        + "; its console:\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size())));
            }
            try {
                Thread.sleep(Duration.ofMillis(50));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for the guest", e);
            }
        }
    }
}
