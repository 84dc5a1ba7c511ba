package berth.cli.command;

import berth.cli.text.ByteSize;
import berth.cli.text.Json;
import berth.migration.RangeDigests;
import berth.migration.Receipt;
import berth.migration.ReceiptFindings;
import berth.migration.ReceiptFindings.Outcome;
import berth.migration.ReceiptFindings.Point;
import berth.migration.ReceiptFindings.SourceFinding;
import berth.migration.ReceiptStatement;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;

/** What {@code receipt verify} prints. */
final class ReceiptReport {
    /** How many differing ranges the text names; JSON has all. */
    private static final int NAMED = 8;

    private ReceiptReport() {}

    static String text(Receipt receipt, ReceiptFindings findings) {
        ReceiptStatement statement = receipt.statement();
        StringBuilder text = new StringBuilder()
                .append("signed by ")
                .append(receipt.signer())
                .append("\nimage ")
                .append(findings.image())
                .append(" (")
                .append(statement.target().id())
                .append(")\n");
        findings.points().forEach(point -> line(text, point, statement, "differs since the move"));
        source(text, findings.source(), statement);
        return text.append(conclusion(findings)).append('\n').toString();
    }

    private static void source(StringBuilder text, SourceFinding source, ReceiptStatement statement) {
        text.append("source ")
                .append(statement.source().image().orElse(statement.source().description()));
        text.append('\n');
        source.points().forEach(point -> line(text, point, statement, "differs from what was copied"));
        source.changes().forEach(change -> text.append('\t').append(change).append('\n'));
        if (source.points().isEmpty()) {
            text.append('\t')
                    .append(word(source.outcome()))
                    .append(": ")
                    .append(source.remark())
                    .append('\n');
        }
    }

    private static void line(StringBuilder text, Point point, ReceiptStatement statement, String differs) {
        text.append('\t')
                .append(point.name().isEmpty() ? "disk" : "snapshot " + point.name())
                .append(": ")
                .append(point.outcome() == Outcome.DIFFERENT ? differs : word(point.outcome()));
        if (!point.differing().isEmpty()) {
            text.append(", in ").append(point.differing().size()).append(" of ").append(point.ranges());
            text.append(" ranges of ")
                    .append(ByteSize.format(rangeBytes(statement)))
                    .append(", at bytes ");
            text.append(point.differing().stream()
                    .limit(NAMED)
                    .map(range -> range.offset() + "-" + (range.offset() + range.length() - 1))
                    .collect(Collectors.joining(", ")));
            text.append(point.differing().size() > NAMED ? " and more" : "");
        }
        text.append(point.remark().isEmpty() ? "" : " (" + point.remark() + ")").append('\n');
    }

    private static long rangeBytes(ReceiptStatement statement) {
        ReceiptStatement.Content content = statement.content();
        return content.objectBytes()
                * content.ranges().map(RangeDigests::objects).orElse(1L);
    }

    private static String word(Outcome outcome) {
        return switch (outcome) {
            case SAME -> "the same";
            case DIFFERENT -> "different";
            case GONE -> "gone";
            case NOT_COMPARED -> "not compared";
        };
    }

    private static String conclusion(ReceiptFindings findings) {
        return switch (findings.verdict()) {
            case PROVEN -> "Everything is what the receipt states.";
            case WRITTEN_SINCE -> "All snapshots are what the receipt states; the disk was written since.";
            case INCOMPLETE -> "Nothing contradicts the receipt, but not everything is there to be compared.";
            case SNAPSHOT_DIFFERS ->
                "A snapshot is not what was moved, although snapshots are never written: it is"
                        + " damaged, or another one has its name.";
            case SOURCE_DIFFERS -> "The source is not what was copied.";
        };
    }

    static String json(Receipt receipt, ReceiptFindings findings, boolean pretty) {
        return Json.write(pretty, out -> {
            out.writeStartObject();
            out.writeStringProperty("verdict", lower(findings.verdict()));
            out.writeStringProperty("signer", receipt.signer());
            out.writeStringProperty("image", findings.image().toString());
            out.writeStringProperty("image_id", receipt.statement().target().id());
            points(out, findings.points());
            SourceFinding source = findings.source();
            out.writeObjectPropertyStart("source");
            out.writeStringProperty("outcome", lower(source.outcome()));
            out.writeArrayPropertyStart("changes");
            source.changes().forEach(out::writeString);
            out.writeEndArray();
            points(out, source.points());
            out.writeStringProperty("remark", source.remark());
            out.writeEndObject();
            out.writeEndObject();
        });
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static void points(JsonGenerator out, List<Point> points) {
        out.writeArrayPropertyStart("points");
        for (Point point : points) {
            out.writeStartObject();
            out.writeStringProperty("snapshot", point.name());
            out.writeStringProperty("outcome", lower(point.outcome()));
            out.writeNumberProperty("ranges", point.ranges());
            out.writeArrayPropertyStart("differing");
            for (ReceiptFindings.Range range : point.differing()) {
                out.writeStartObject();
                out.writeNumberProperty("offset", range.offset());
                out.writeNumberProperty("length", range.length());
                out.writeEndObject();
            }
            out.writeEndArray();
            out.writeStringProperty("remark", point.remark());
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
