package berth.cli.command;

import berth.block.Problem;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.call.LayoutOptions;
import berth.cli.text.ByteSize;
import berth.cli.text.Json;
import berth.local.Integrity;
import java.util.ArrayList;
import java.util.List;

/** The commands that look for damage: {@code check}, {@code scrub}. */
public final class CheckCommand {
    private CheckCommand() {}

    /** {@code check}. */
    public static Command check() {
        return new Command(
                new Grammar("check", "Look for damage in the store.")
                        .flag("--data", "also read all data that have checksums, and compare them")
                        .flag("--repair", "make damaged maps anew, and say what is lost by it")
                        .formatted()
                        .progress()
                        .note("Changes nothing without --repair, and can run while images are in use. Exits with 0 when"
                                + " nothing is wrong (any more), and with 5 when something is.")
                        .example("check")
                        .example("check --data")
                        .example("check --repair"),
                CheckCommand::runCheck);
    }

    private static int runCheck(Call call) {
        boolean json = call.json();
        Integrity integrity = call.engine().integrity();
        List<String> repairs = call.args().flag("--repair") ? integrity.repair() : List.of();
        List<String> findings = new ArrayList<>(integrity.check());
        if (call.args().flag("--data")) {
            findings.addAll(call.<Integrity.ScrubReport>track("Checking data", integrity::checkData)
                    .findings());
        }
        if (json) {
            printJson(call, repairs, findings);
        } else {
            repairs.forEach(line -> call.console().println("repaired: " + line));
            findings.forEach(call.console()::println);
        }
        refuseDamage(call, findings);
        if (!json) {
            call.console().println("No damage found.");
        }
        return 0;
    }

    private static void printJson(Call call, List<String> repairs, List<String> findings) {
        call.console().print(Json.write(call.pretty(), out -> {
            out.writeStartObject();
            out.writeArrayPropertyStart("repairs");
            repairs.forEach(out::writeString);
            out.writeEndArray();
            out.writeArrayPropertyStart("findings");
            findings.forEach(out::writeString);
            out.writeEndArray();
            out.writeEndObject();
        }));
    }

    private static void refuseDamage(Call call, List<String> findings) {
        if (!findings.isEmpty()) {
            throw new CommandFailure(
                    Problem.CORRUPT.errno().number(),
                    "the store " + call.engine().directory().path() + " is damaged in " + findings.size()
                            + " place(s); restore what is named from a backup");
        }
    }

    /** {@code scrub}. */
    public static Command scrub() {
        return new Command(
                new Grammar("scrub", "Read all data that snapshots keep, and compare them with their checksums.")
                        .option(
                                "--bandwidth",
                                "bandwidth",
                                "the most bytes a second to read (in B/K/M/G) [default: no limit]")
                        .progress()
                        .note("What is read for the first time gets its checksums. Exits with 5 when data are damaged.")
                        .example("scrub")
                        .example("scrub --bandwidth 50M"),
                CheckCommand::runScrub);
    }

    private static int runScrub(Call call) {
        long bandwidth = LayoutOptions.size(call.args(), "--bandwidth", 1).orElse(0);
        Integrity integrity = call.engine().integrity();
        Integrity.ScrubReport report = call.track("Scrubbing", progress -> integrity.scrub(bandwidth, progress));
        report.findings().forEach(call.console()::println);
        refuseDamage(call, report.findings());
        call.console().println("Read " + ByteSize.format(report.bytesRead()) + "; no damage found.");
        return 0;
    }
}
