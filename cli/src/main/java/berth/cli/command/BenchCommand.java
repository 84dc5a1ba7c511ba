package berth.cli.command;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.cli.call.Arguments;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.LayoutOptions;
import berth.cli.call.Specs;
import berth.cli.text.ByteSize;
import java.math.BigDecimal;
import java.math.MathContext;

/** {@code bench}. */
public final class BenchCommand {
    private static final int MAX_THREADS = 1024;
    private static final long MAX_IO_BYTES = 32L << 20;

    private BenchCommand() {}

    /** {@code bench}. */
    public static Command bench() {
        return new Command(
                new Grammar("bench", "Simple benchmark.")
                        .image()
                        .option("--io-size", "io-size", "IO size (in B/K/M/G/T) [default: 4K]")
                        .option("--io-threads", "io-threads", "ios in flight [default: 16]")
                        .option("--io-total", "io-total", "total size for IO (in B/K/M/G/T) [default: 1G]")
                        .option("--io-pattern", "io-pattern", "IO pattern (rand or seq) [default: seq]")
                        .option("--rw-mix-read", "rw-mix-read", "read proportion in readwrite (<= 100) [default: 50]")
                        .option("--io-type", "io-type", "IO type (read, write, or readwrite(rw))")
                        .note("With --io-type write or readwrite the image is overwritten.")
                        .example("bench --io-type read --io-pattern rand vms/web"),
                BenchCommand::run);
    }

    private static int run(Call call) {
        BenchSettings settings = settings(call.args());
        ImageSpec spec = Specs.image(call);
        try (Image image = call.open(spec, settings.readPercent() == 100 ? Access.READ_ONLY : Access.READ_WRITE)) {
            if (image.size() < settings.ioBytes()) {
                throw CommandFailure.invalid(
                        "image " + spec + " is smaller than one IO of " + ByteSize.format(settings.ioBytes()));
            }
            call.console()
                    .println("bench  type " + settings.type() + " io_size " + settings.ioBytes() + " io_threads "
                            + settings.threads() + " bytes " + settings.totalBytes() + " pattern "
                            + (settings.random() ? "random" : "sequential"));
            call.console().println("  SEC       OPS   OPS/SEC   BYTES/SEC");
            BenchRun run = new BenchRun(image, settings, call.cancellation());
            CommandFailure.explainRun(
                    "bench failed",
                    () -> run.run((seconds, operations, elapsed) -> {
                        call.console().println(line(settings, seconds, operations, elapsed));
                        call.console().flush();
                    }));
            call.console().println(summary(settings, run));
        }
        return 0;
    }

    private static BenchSettings settings(Arguments args) {
        String type = args.option("--io-type")
                .orElseThrow(() -> CommandFailure.usage("the option '--io-type' is required but missing"));
        int mix = number(args, "--rw-mix-read", 50, 100);
        int readPercent =
                switch (type) {
                    case "read" -> 100;
                    case "write" -> 0;
                    case "readwrite", "rw" -> mix;
                    default -> throw LayoutOptions.badArgument("--io-type");
                };
        String pattern = args.option("--io-pattern").orElse("seq");
        if (!pattern.equals("seq") && !pattern.equals("rand")) {
            throw LayoutOptions.badArgument("--io-pattern");
        }
        long ioBytes = LayoutOptions.size(args, "--io-size", 1).orElse(4096);
        long total = LayoutOptions.size(args, "--io-total", 1).orElse(1L << 30);
        if (ioBytes < 1 || ioBytes > MAX_IO_BYTES) {
            throw LayoutOptions.badArgument("--io-size");
        }
        int threads = number(args, "--io-threads", 16, MAX_THREADS);
        if (threads == 0) {
            throw LayoutOptions.badArgument("--io-threads");
        }
        String name = type.equals("rw") ? "readwrite" : type;
        return new BenchSettings(name, readPercent, pattern.equals("rand"), (int) ioBytes, threads, total);
    }

    private static int number(Arguments args, String option, int missing, int max) {
        long value = LayoutOptions.size(args, option, 1).orElse(missing);
        if (value > max) {
            throw LayoutOptions.badArgument(option);
        }
        return (int) value;
    }

    private static String line(BenchSettings settings, int seconds, long operations, double elapsed) {
        double rate = operations / elapsed;
        return right(Integer.toString(seconds), 5) + "  " + right(Long.toString(operations), 8) + "  "
                + right(digits(rate), 8) + "  " + ByteSize.format((long) (rate * settings.ioBytes())) + "/s";
    }

    private static String summary(BenchSettings settings, BenchRun run) {
        double elapsed = run.elapsedSeconds();
        double rate = run.operations() / elapsed;
        return "elapsed: " + (int) elapsed + "   ops: " + run.operations() + "   ops/sec: " + digits(rate)
                + "   bytes/sec: " + ByteSize.format((long) (rate * settings.ioBytes())) + "/s";
    }

    /** Six significant digits, as C++ streams print. */
    private static String digits(double value) {
        BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(6));
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
