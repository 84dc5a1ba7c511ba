package berth.cli.call;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Progress;
import berth.ceph.CephConfig;
import berth.cli.text.Timestamp;
import berth.posix.Errno;
import berth.server.Cancellation;
import berth.server.CommandIo;
import berth.server.Engine;
import berth.server.Invocation;
import berth.server.LazyEngine;
import java.time.Instant;
import java.util.TimeZone;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run of a command: its arguments, its streams, and the store. */
public final class Call {
    private final Arguments args;
    private final Invocation invocation;
    private final Console console;
    private final Cancellation cancellation;
    private final LazyEngine engine;
    private @Nullable TimeZone zone;

    /**
     * @param args the parsed arguments
     * @param invocation the command as it was typed
     * @param console for its output
     * @param io the streams and the wish that it end
     * @param engine the store, opened when the command asks for it
     */
    public Call(Arguments args, Invocation invocation, Console console, CommandIo io, LazyEngine engine) {
        this.args = args;
        this.invocation = invocation;
        this.console = console;
        this.cancellation = io.cancellation();
        this.engine = engine;
    }

    /** The arguments. */
    public Arguments args() {
        return args;
    }

    /** The command as it was typed. */
    public Invocation invocation() {
        return invocation;
    }

    /** Where output goes. */
    public Console console() {
        return console;
    }

    /** The wish that the command end early. */
    public Cancellation cancellation() {
        return cancellation;
    }

    /** The store and the services over it. */
    public Engine engine() {
        return engine.get();
    }

    /** The store. */
    public MigrationStore store() {
        return engine.get().store();
    }

    /** The cluster that the options name; without any, the one that Ceph's own files name. */
    public CephConfig cluster() {
        return CephOptions.of(invocation.args(), CephOptions.STORE, null, invocation.resolve(""))
                .orElseThrow();
    }

    /** Whether {@code --format json} was given. @throws CommandFailure when it is neither plain nor json */
    public boolean json() {
        String format = args.option("--format").orElse("plain");
        return switch (format) {
            case "plain" -> false;
            case "json" -> true;
            case "xml" -> throw new CommandFailure(Errno.EOPNOTSUPP.number(), "xml output is not supported: use json");
            default -> throw CommandFailure.usage("the argument for option '--format' is invalid");
        };
    }

    /** Whether {@code --pretty-format} was given. */
    public boolean pretty() {
        return args.flag("--pretty-format");
    }

    /** A point in time as {@code rbd} writes it, in the time zone of whoever typed the command. */
    public String time(Instant instant) {
        TimeZone known = zone;
        if (known == null) {
            known = Timestamp.zone(invocation.environment().get("TZ"));
            zone = known;
        }
        return Timestamp.format(instant, known);
    }

    /** Opens an image. @throws CommandFailure {@code error opening image} */
    public Image open(ImageSpec spec, Access access) {
        return CommandFailure.explain("error opening image " + spec.image(), () -> store().open(spec, access));
    }

    /** Opens an image, or the snapshot where one is named. @throws CommandFailure {@code error opening image} */
    public Image open(ImageName name) {
        return CommandFailure.explain(
                "error opening image " + name.image().image(),
                () -> name.snapshot()
                        .map(snapshot -> store().open(name.image().at(snapshot)))
                        .orElseGet(() -> store().open(name.image(), Access.READ_ONLY)));
    }

    /** A progress line for an operation, silent with {@code --no-progress}. */
    public ProgressLine progressLine(String label) {
        return new ProgressLine(console, cancellation, label, !args.flag("--no-progress"));
    }

    /** Runs an operation under a progress line. */
    public <T> T track(String label, Operation<T> operation) {
        ProgressLine line = progressLine(label);
        boolean done = false;
        try {
            T result = operation.run(line);
            done = true;
            return result;
        } finally {
            if (done) {
                line.done();
            } else {
                line.failed();
            }
        }
    }

    /** Runs an operation under a progress line. */
    public void trackRun(String label, Consumer<Progress> operation) {
        track(label, progress -> {
            operation.accept(progress);
            return true;
        });
    }

    /** Throws when the command is cancelled. */
    public void checkCancelled() {
        if (cancellation.isCancelled()) {
            throw new BlockException(Problem.CANCELLED, "the operation was cancelled");
        }
    }

    /** Something that takes time. */
    @FunctionalInterface
    public interface Operation<T> {
        /** Does it and reports on the way. */
        T run(ProgressLine progress);
    }
}
