package berth.cli;

import java.util.ArrayList;
import java.util.List;

/** Text in columns for the help, {@link #WIDTH} wide. */
final class HelpText {
    /** The width in characters. */
    static final int WIDTH = 80;

    private HelpText() {}

    /** A name and, from a column on, what it means. */
    static void entry(StringBuilder text, String name, String description, int column) {
        text.append(name);
        int at = name.length();
        for (String line : wrap(description, WIDTH - column)) {
            if (at >= column) {
                text.append('\n');
                at = 0;
            }
            text.append(" ".repeat(column - at)).append(line);
            at = Integer.MAX_VALUE;
        }
        text.append('\n');
    }

    static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
