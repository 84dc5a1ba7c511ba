package berth.cli.command;

import berth.block.DiffSink;
import berth.block.Image;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.ImageName;
import berth.cli.call.Specs;
import berth.cli.text.Json;
import java.util.Optional;

/** {@code diff}. */
public final class DiffCommand {
    private static final String GAP = "  ";

    private DiffCommand() {}

    /** {@code diff}. */
    public static Command diff() {
        return new Command(
                new Grammar("diff", "Print extents that differ since a previous snap, or image creation.")
                        .imageOrSnapshot()
                        .option("--from-snap", "from-snap", "snapshot starting point")
                        .formatted()
                        .example("diff --from-snap monday vms/web@tuesday"),
                DiffCommand::run);
    }

    private static int run(Call call) {
        boolean json = call.json();
        ImageName name = Specs.imageOrSnapshot(call);
        Optional<String> from = call.args().option("--from-snap");
        try (Image image = call.open(name)) {
            CommandFailure.explainRun("diff error", () -> {
                if (json) {
                    printJson(call, image, from);
                } else {
                    printTable(call, image, from);
                }
            });
        }
        return 0;
    }

    /** The ranges can be many, so they are asked for twice instead of kept: for the widths of the columns, and to print. */
    private static void printTable(Call call, Image image, Optional<String> from) {
        Widths widths = new Widths();
        joined(image, from, widths);
        if (widths.empty) {
            return;
        }
        call.console().print(row("Offset", "Length", "Type", widths));
        joined(image, from, (offset, length, exists) -> {
            call.checkCancelled();
            String type = exists ? "data" : "zero";
            call.console().print(row(Long.toString(offset), Long.toString(length), type, widths));
        });
    }

    /** Lists the differences with neighbours of the same kind as one. */
    private static void joined(Image image, Optional<String> from, DiffSink sink) {
        Joiner joiner = new Joiner(sink);
        image.diff(from, 0, image.size(), joiner);
        joiner.finish();
    }

    private static final class Joiner implements DiffSink {
        private final DiffSink next;
        private long start;
        private long end;
        private boolean kind;

        Joiner(DiffSink next) {
            this.next = next;
        }

        @Override
        public void accept(long offset, long length, boolean exists) {
            if (offset != end || exists != kind) {
                finish();
                start = offset;
                kind = exists;
            }
            end = offset + length;
        }

        void finish() {
            if (end > start) {
                next.accept(start, end - start, kind);
            }
        }
    }

    private static final class Widths implements DiffSink {
        private int offset = "Offset".length();
        private int length = "Length".length();
        private boolean empty = true;

        @Override
        public void accept(long at, long bytes, boolean exists) {
            empty = false;
            offset = Math.max(offset, Long.toString(at).length());
            length = Math.max(length, Long.toString(bytes).length());
        }
    }

    private static String row(String offset, String length, String type, Widths widths) {
        return offset + " ".repeat(Math.max(0, widths.offset - offset.length())) + GAP + length
                + " ".repeat(Math.max(0, widths.length - length.length())) + GAP + type + "\n";
    }

    private static void printJson(Call call, Image image, Optional<String> from) {
        Json.write(call.pretty(), call.console()::print, out -> {
            out.writeStartArray();
            joined(image, from, (offset, length, exists) -> {
                call.checkCancelled();
                out.writeStartObject();
                out.writeNumberProperty("offset", offset);
                out.writeNumberProperty("length", length);
                out.writeStringProperty("exists", Boolean.toString(exists));
                out.writeEndObject();
            });
            out.writeEndArray();
        });
    }
}
