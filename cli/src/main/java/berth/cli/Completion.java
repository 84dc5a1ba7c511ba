package berth.cli;

import berth.cli.call.Arguments;
import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code completion}: a script that makes a shell complete the commands and their options. */
final class Completion {
    private Completion() {}

    static Command completion() {
        return new Command(
                new Grammar("completion", "Print a script for the completion of commands in a shell.")
                        .positional("shell", "bash or zsh")
                        .example("completion bash > /etc/bash_completion.d/berth")
                        .example("completion zsh > ~/.berth-completion && . ~/.berth-completion"),
                Completion::run);
    }

    private static int run(Call call) {
        String shell = call.args().positional(0).orElse("");
        if (!shell.equals("bash") && !shell.equals("zsh")) {
            throw CommandFailure.invalid("the shell has to be bash or zsh");
        }
        // The script is for both: in zsh it switches on the emulation of bash's completion.
        call.console().print(AutoComplete.bash("berth", tree()));
        return 0;
    }

    private static CommandLine tree() {
        CommandSpec root = CommandSpec.create().name("berth");
        for (Verb verb : Verb.values()) {
            for (String name : verb.names()) {
                int blank = name.indexOf(' ');
                CommandSpec parent = blank < 0 ? root : group(root, name.substring(0, blank));
                parent.addSubcommand(
                        name.substring(blank + 1), Arguments.spec(verb.load().grammar()));
            }
        }
        return new CommandLine(root);
    }

    private static CommandSpec group(CommandSpec root, String word) {
        CommandLine group = root.subcommands().get(word);
        if (group != null) {
            return group.getCommandSpec();
        }
        CommandSpec fresh = CommandSpec.create();
        root.addSubcommand(word, fresh);
        return fresh;
    }
}
