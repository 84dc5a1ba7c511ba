package berth.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where and how long to measure.
 *
 * @param directory an empty directory of its own
 * @param berth the launcher
 * @param rounds how many rounds count
 * @param seconds how long a timed job runs in each round
 */
public record Workbench(Path directory, Path berth, int rounds, int seconds) {
    /** A {@code berth} command line on a store below the directory. */
    public List<String> berth(String... arguments) {
        return berth(List.of("--store", directory.resolve("store").toString()), arguments);
    }

    /** A {@code berth} command line on the store that {@code store} says. */
    List<String> berth(List<String> store, String... arguments) {
        List<String> command = new ArrayList<>(List.of(berth.toString()));
        command.addAll(store);
        command.addAll(List.of(arguments));
        return command;
    }

    /** Writes back what is dirty, so that no round pays for what was done before it. */
    public void settle() {
        Programs.run("sync", "-f", directory.toString());
    }

    /** Removes the directory with everything in it. */
    public void remove() {
        remove(directory);
    }

    /** Removes a directory with everything in it. */
    static void remove(Path directory) {
        try (var paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new BenchException("cannot remove " + directory + ": " + e.getMessage(), e);
        }
    }
}
