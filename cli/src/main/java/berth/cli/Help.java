package berth.cli;

import berth.cli.call.Arguments;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The help of the program and of each command, laid out like {@code rbd}'s. */
final class Help {
    private static final int LIST_COLUMN = 38;
    private static final int MAX_COLUMN = 32;

    private Help() {}

    /** {@code help}. */
    static Command help() {
        return new Command(
                new Grammar("help", "Show the help of the program or of a command.")
                        .remaining("command", "the command's words")
                        .example("help snap create"),
                Help::run);
    }

    private static int run(Call call) {
        List<String> words = call.args().positionalsFrom(0);
        if (words.isEmpty()) {
            call.console().print(overview());
            return 0;
        }
        CommandWords asked = CommandWords.of(words);
        Verb verb = asked.verb().orElseThrow(() -> unknown(asked));
        call.console().print(of(verb.load().grammar()));
        return 0;
    }

    /** The failure for words that call no command; it names those that begin like them. */
    static CommandFailure unknown(CommandWords words) {
        if (words.words().isEmpty()) {
            return CommandFailure.usage("no command was given: see 'berth help'");
        }
        String first = words.words().getFirst();
        List<String> group = Arrays.stream(Verb.values())
                .map(verb -> verb.names().getFirst())
                .filter(name -> name.startsWith(first + " "))
                .toList();
        return CommandFailure.usage(
                group.isEmpty()
                        ? "unknown command '" + first + "': see 'berth help'"
                        : "unknown command '" + String.join(" ", words.words()) + "': there are "
                                + String.join(", ", group));
    }

    /** The list of all commands. */
    static String overview() {
        StringBuilder text = new StringBuilder("""
                usage: berth [--store <directory>] <command> ...

                Block storage for virtual machines: images, snapshots, clones, and live migration
                into them.

                Positional arguments:
                  <command>
                """);
        for (Verb verb : Verb.values()) {
            List<String> names = verb.names();
            String name = names.size() == 1 ? names.getFirst() : names.getFirst() + " (" + names.getLast() + ")";
            HelpText.entry(text, "    " + name, verb.load().grammar().summary(), LIST_COLUMN);
        }
        text.append("\nOptional arguments:\n");
        Arguments.COMMON.forEach(
                option -> HelpText.entry(text, "  " + names(option), option.description(), LIST_COLUMN));
        Arguments.CLUSTER.forEach(
                option -> HelpText.entry(text, "  " + names(option), option.description(), LIST_COLUMN));
        HelpText.entry(text, "  --version", "show the version", LIST_COLUMN);
        return text.append("\nSee 'berth help <command>' for help on a specific command.\n")
                .toString();
    }

    /** The help of one command. */
    static String of(Grammar grammar) {
        StringBuilder text = new StringBuilder();
        usage(text, grammar);
        text.append('\n').append(grammar.summary()).append('\n');
        int column = column(grammar);
        if (!grammar.positionals().isEmpty()) {
            text.append("\nPositional arguments\n");
            for (Grammar.Positional positional : grammar.positionals()) {
                HelpText.entry(text, "  " + positional.label(), positional.description(), column);
            }
        }
        text.append("\nOptional arguments\n");
        grammar.options().forEach(option -> HelpText.entry(text, "  " + names(option), option.description(), column));
        Arguments.COMMON.forEach(option -> HelpText.entry(text, "  " + names(option), option.description(), column));
        for (String note : grammar.notes()) {
            text.append('\n');
            HelpText.wrap(note, HelpText.WIDTH)
                    .forEach(line -> text.append(line).append('\n'));
        }
        text.append("\nExamples\n");
        grammar.examples()
                .forEach(example -> text.append("  berth ").append(example).append('\n'));
        return text.toString();
    }

    private static void usage(StringBuilder text, Grammar grammar) {
        String start = "usage: berth " + grammar.name() + " ";
        List<String> parts = new ArrayList<>();
        for (Grammar.Option option : grammar.options()) {
            parts.add("[" + option.name() + (option.label() == null ? "" : " <" + option.label() + ">") + "]");
        }
        int column = start.length();
        text.append(start);
        for (String part : parts) {
            column = place(text, part, column, start.length());
        }
        for (Grammar.Positional positional : grammar.positionals()) {
            column = place(text, positional.label() + (positional.many() ? "..." : ""), column, start.length());
        }
        text.append('\n');
    }

    private static int place(StringBuilder text, String part, int column, int indent) {
        int at = column;
        if (at + part.length() + 1 > HelpText.WIDTH && at > indent) {
            text.append('\n').append(" ".repeat(indent));
            at = indent;
        }
        text.append(part).append(' ');
        return at + part.length() + 1;
    }

    /** The long name with the short one in brackets, as {@code rbd} writes it. */
    private static String names(Grammar.Option option) {
        Optional<String> other =
                option.names().size() > 1 ? Optional.of(option.names().getFirst()) : Optional.empty();
        String argument = option.label() == null ? "" : " arg";
        return other.map(name -> name + " [ " + option.name() + " ]").orElse(option.name()) + argument;
    }

    private static int column(Grammar grammar) {
        int column = 0;
        for (Grammar.Positional positional : grammar.positionals()) {
            column = Math.max(column, positional.label().length());
        }
        for (Grammar.Option option : grammar.options()) {
            column = Math.max(column, names(option).length());
        }
        for (Grammar.Option option : Arguments.COMMON) {
            column = Math.max(column, names(option).length());
        }
        return Math.min(column + 4, MAX_COLUMN);
    }
}
