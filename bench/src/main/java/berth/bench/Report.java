package berth.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The rows as a table, in Markdown, which is readable on a terminal, too. */
public final class Report {
    private static final String HEAD = """
            | what | on | Berth | peer | ratio | goal | |
            |---|---|---|---|---|---|---|
            """;

    private final List<String> sections = new ArrayList<>();

    /**
     * Adds the answer to a measurement.
     *
     * @param place the file system it was measured on
     */
    public void add(Measurement measurement, String place, List<Row> rows) {
        StringBuilder text = new StringBuilder();
        text.append("## ")
                .append(measurement.name())
                .append(" on ")
                .append(place)
                .append("\n\n");
        text.append(measurement.described())
                .append("\n\n")
                .append(table(place, rows))
                .append('\n');
        sections.add(text.toString());
    }

    /** A table of rows. */
    public static String table(String place, List<Row> rows) {
        StringBuilder text = new StringBuilder(HEAD);
        for (Row row : rows) {
            text.append(line(place, row));
        }
        return text.toString();
    }

    /**
     * The whole report.
     *
     * @param facts lines about the run: machine, programs, date, command
     */
    public String text(List<String> facts) {
        StringBuilder text = new StringBuilder("# Results\n\n");
        facts.forEach(fact -> text.append("- ").append(fact).append('\n'));
        text.append("\nEach cell: the median of the rounds (smallest - largest). The two sides took turns.\n\n");
        sections.forEach(text::append);
        return text.toString();
    }

    private static String line(String place, Row row) {
        String peer = row.peer()
                .map(other -> cell(row.unit(), other.values()) + " " + other.name())
                .orElse("-");
        String ratio = row.peer().isPresent() ? String.format(Locale.ROOT, "%.2f×", row.ratio()) : "-";
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %s | %s |%n",
                row.what(),
                place,
                cell(row.unit(), row.berth()),
                peer,
                ratio,
                row.goal().described(row.unit()),
                row.goal().reachedBy(row) ? "reached" : "missed");
    }

    private static String cell(Unit unit, Series values) {
        return "%s %s (%s - %s)"
                .formatted(
                        unit.format(values.median()),
                        unit.label(),
                        unit.format(values.min()),
                        unit.format(values.max()));
    }
}
