package berth.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The command line of {@code bench/run}.
 *
 * @param only the measurements to make; all when empty
 * @param rounds how many rounds count, at least 1
 * @param seconds how long a timed job runs, at least 1
 * @param places directories to measure in; each gets a folder of its own, which is removed at the end
 * @param result the file that takes the report
 */
record Options(Set<String> only, int rounds, int seconds, List<Path> places, Path result) {
    /** What {@code --help} prints. */
    static final String USAGE = """
            Usage: bench/run [--only NAME]... [--rounds N] [--seconds N] [--dir DIR]... [--result FILE]

            Compares Berth with its peers on this machine and writes bench/RESULTS.md.

              --only NAME    only this measurement: %s
              --rounds N     rounds that count, after one that warms up [5]
              --seconds N    how long a timed job runs in a round [3]
              --dir DIR      where to measure; may be repeated [the temporary directory and /dev/shm]
              --result FILE  takes the report [bench/RESULTS.md]
            """;

    /**
     * Reads the arguments.
     *
     * @throws IllegalArgumentException with the reason
     */
    static Options parse(List<String> arguments, Set<String> known, Path home) {
        Set<String> only = new TreeSet<>();
        int rounds = 5;
        int seconds = 3;
        List<Path> places = new ArrayList<>();
        Path result = home.resolve("bench/RESULTS.md");
        for (int i = 0; i < arguments.size(); i += 2) {
            String option = arguments.get(i);
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(option + " is unknown or lacks its value");
            }
            String value = arguments.get(i + 1);
            switch (option) {
                case "--only" -> only.add(value);
                case "--rounds" -> rounds = positive(option, value);
                case "--seconds" -> seconds = positive(option, value);
                case "--dir" -> places.add(Path.of(value).toAbsolutePath());
                case "--result" -> result = Path.of(value).toAbsolutePath();
                default -> throw new IllegalArgumentException(option + " is unknown");
            }
        }
        if (!known.containsAll(only)) {
            throw new IllegalArgumentException("measurements are " + String.join(", ", known));
        }
        if (places.isEmpty()) {
            places.addAll(List.of(Path.of(System.getProperty("java.io.tmpdir")), Path.of("/dev/shm")));
        }
        return new Options(only, rounds, seconds, places, result);
    }

    private static int positive(String option, String value) {
        if (!value.matches("[1-9][0-9]{0,3}")) {
            throw new IllegalArgumentException(option + " takes a number from 1 to 9999");
        }
        return Integer.parseInt(value);
    }
}
