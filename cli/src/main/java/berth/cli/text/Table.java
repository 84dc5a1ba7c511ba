package berth.cli.text;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of text. Columns are as wide as their widest cell, two blanks apart; every cell is padded, the last one too, as
 * {@code rbd} does.
 */
public final class Table {
    private static final String GAP = "  ";

    /** Where the cells of a column stand; headings always stand left. */
    public enum Align {
        /** At the left edge. */
        LEFT,
        /** At the right edge. */
        RIGHT
    }

    private record Column(String heading, Align align) {}

    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    /** Adds a column. Call it before the first row. */
    public Table column(String heading, Align align) {
        columns.add(new Column(heading, align));
        return this;
    }

    /** Adds a row with a cell for each column. */
    public Table row(String... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + columns.size() + " columns");
        }
        rows.add(List.of(cells));
        return this;
    }

    /** Whether it has no rows. */
    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The heading and the rows, each ending with a line feed. */
    public String format() {
        int[] widths = new int[columns.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = columns.get(i).heading.length();
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            append(text, i, columns.get(i).heading, widths[i], Align.LEFT);
        }
        text.append('\n');
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                append(text, i, row.get(i), widths[i], columns.get(i).align);
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static void append(StringBuilder text, int column, String cell, int width, Align align) {
        if (column > 0) {
            text.append(GAP);
        }
        String padding = " ".repeat(width - cell.length());
        text.append(align == Align.RIGHT ? padding + cell : cell + padding);
    }
}
