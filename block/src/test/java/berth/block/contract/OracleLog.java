package berth.block.contract;

import java.util.ArrayDeque;
import java.util.Deque;

/** The last operations of an oracle, for the report of a failure. {@code -Dberth.oracle.log=N} says how many. */
final class OracleLog {
    private static final int LOGGED = Integer.getInteger("berth.oracle.log", 30);

    private final Deque<String> lines = new ArrayDeque<>();

    void add(String line) {
        if (lines.size() == LOGGED) {
            lines.removeFirst();
        }
        lines.addLast(line);
    }

    /** Adds to the last line. */
    void append(String text) {
        lines.addLast(lines.removeLast() + text);
    }

    @Override
    public String toString() {
        return "The last operations:\n" + String.join("\n", lines);
    }
}
