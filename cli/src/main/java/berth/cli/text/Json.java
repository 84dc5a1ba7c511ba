package berth.cli.text;

import java.io.Writer;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.MinimalPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** JSON in the two forms that {@code rbd} writes: on one line, or indented by four blanks. */
public final class Json {
    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /** What {@code body} writes, with a line feed at the end. */
    public static String write(boolean pretty, Consumer<JsonGenerator> body) {
        StringBuilder text = new StringBuilder();
        write(pretty, text::append, body);
        return text.toString();
    }

    /** Hands on what {@code body} writes, piece by piece, with a line feed at the end. */
    public static void write(boolean pretty, Consumer<String> to, Consumer<JsonGenerator> body) {
        try (JsonGenerator generator = FACTORY.createGenerator(context(pretty), new ConsumerWriter(to))) {
            body.accept(generator);
        }
        to.accept("\n");
    }

    /** A record, or a list of records, with field names in lower case and underscores. */
    public static String of(boolean pretty, Object value) {
        JsonMapper mapper = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        PrettyPrinter printer = pretty ? prettyPrinter() : new MinimalPrettyPrinter();
        return mapper.writer().with(printer).writeValueAsString(value) + "\n";
    }

    private static final class ConsumerWriter extends Writer {
        private final Consumer<String> to;

        ConsumerWriter(Consumer<String> to) {
            this.to = to;
        }

        @Override
        public void write(char[] from, int offset, int length) {
            to.accept(new String(from, offset, length));
        }

        @Override
        public void flush() {
            // Nothing is held back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private static ObjectWriteContext context(boolean pretty) {
        return new ObjectWriteContext.Base() {
            @Override
            public boolean hasPrettyPrinter() {
                return pretty;
            }

            @Override
            public PrettyPrinter getPrettyPrinter() {
                return pretty ? prettyPrinter() : super.getPrettyPrinter();
            }
        };
    }

    private static PrettyPrinter prettyPrinter() {
        Separators separators = Separators.createDefaultInstance()
                .withObjectNameValueSpacing(Separators.Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator("");
        DefaultIndenter indenter = new DefaultIndenter("    ", "\n");
        return new DefaultPrettyPrinter(separators).withObjectIndenter(indenter).withArrayIndenter(indenter);
    }
}
