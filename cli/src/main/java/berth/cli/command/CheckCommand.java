package berth.cli.command;

import berth.block.Problem;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.text.Json;
import java.util.List;

/** {@code check}. */
public final class CheckCommand {
    private CheckCommand() {}

    /** {@code check}. */
    public static Command check() {
        return new Command(
                new Grammar("check", "Look for damage in the store; change nothing.")
                        .formatted()
                        .note("Exits with 0 when nothing is wrong, and with 5 when something is.")
                        .example("check"),
                CheckCommand::run);
    }

    private static int run(Call call) {
        boolean json = call.json();
        List<String> findings = call.engine().check();
        if (json) {
            call.console().print(Json.write(call.pretty(), out -> {
                out.writeStartObject();
                out.writeArrayPropertyStart("findings");
                findings.forEach(out::writeString);
                out.writeEndArray();
                out.writeEndObject();
            }));
        } else {
            findings.forEach(call.console()::println);
        }
        if (!findings.isEmpty()) {
            throw new CommandFailure(
                    Problem.CORRUPT.errno().number(),
                    "the store " + call.engine().directory().path() + " is damaged in " + findings.size()
                            + " place(s); do not write to it, and restore it from a backup");
        }
        if (!json) {
            call.console().println("No damage found.");
        }
        return 0;
    }
}
