package berth.cli;

import berth.block.BlockException;
import berth.cli.call.Arguments;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Console;
import berth.cli.call.OutputGone;
import berth.posix.Errno;
import berth.server.CommandHandler;
import berth.server.CommandIo;
import berth.server.Invocation;
import berth.server.LazyEngine;
import berth.server.Version;
import java.io.PrintWriter;
import java.io.StringWriter;

/** Runs commands in the process that owns the store, and turns their failures into messages and exit statuses. */
final class CommandRunner implements CommandHandler {
    /** {@code --store} and its value. */
    private static final int STORE_ARGUMENTS = 2;

    private final LazyEngine engine;

    CommandRunner(LazyEngine engine) {
        this.engine = engine;
    }

    @Override
    public int run(Invocation invocation, CommandIo io) {
        Console console = new Console(io, invocation.terminal());
        try {
            int status = dispatch(invocation, io, console);
            console.flush();
            return status;
        } catch (OutputGone e) {
            return BROKEN_PIPE_STATUS; // whoever read the output has gone, so there is nobody to tell
        } catch (RuntimeException | Error e) { // Whoever waits for the command is always told how it ended.
            return report(invocation, console, e);
        }
    }

    private int dispatch(Invocation invocation, CommandIo io, Console console) {
        CommandWords words = CommandWords.of(invocation.args());
        if (words.verb().isEmpty()) {
            return withoutVerb(invocation, words, console);
        }
        Command command = words.verb().get().load();
        if (words.wantsHelp()) {
            console.print(Help.of(command.grammar()));
            return 0;
        }
        Arguments args = Arguments.parse(command.grammar(), words.rest());
        return command.action().run(new Call(args, invocation, console, io, engine));
    }

    private static int withoutVerb(Invocation invocation, CommandWords words, Console console) {
        if (invocation.args().contains("--version")) {
            console.println("berth version " + Version.current());
            return 0;
        }
        boolean nothing = words.rest().size() == (words.store() == null ? 0 : STORE_ARGUMENTS);
        if (words.wantsHelp() || nothing) {
            console.print(Help.overview());
            return 0;
        }
        throw Help.unknown(words);
    }

    private static int report(Invocation invocation, Console console, Throwable e) {
        try {
            if (invocation.environment().containsKey("BERTH_DEBUG")) {
                console.error(stackTrace(e));
            }
            return switch (e) {
                case CommandFailure failure -> {
                    console.complain(String.valueOf(failure.getMessage()));
                    yield failure.status();
                }
                case BlockException failure -> {
                    console.complain(String.valueOf(failure.getMessage()));
                    yield failure.errno().number();
                }
                case OutOfMemoryError failure -> {
                    console.complain("not enough memory: " + failure.getMessage()
                            + "; run fewer commands at a time, or see BERTH_JAVA_OPTIONS");
                    yield Errno.ENOMEM.number();
                }
                default -> {
                    console.complain(
                            "internal error: " + e + "\n  set BERTH_DEBUG=1 to see where; this is a bug in berth");
                    yield Errno.EIO.number();
                }
            };
        } catch (OutputGone nobody) {
            return BROKEN_PIPE_STATUS;
        }
    }

    private static String stackTrace(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Override
    public void close() {
        engine.close();
    }
}
