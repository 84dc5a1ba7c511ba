package berth.cli;

import berth.server.CommandIo;
import java.io.ByteArrayInputStream;
import java.io.Console;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Asks for a secret at the terminal, without showing what is typed. Only the process that was started there can do that, so
 * it does so before the command goes to the owner of the store.
 */
final class SecretPrompt {
    private SecretPrompt() {}

    /** The streams of a command, with what was typed as its standard input where the command is {@code secret set}. */
    // Null since JDK 25 again, where there is no terminal.
    @SuppressWarnings("SystemConsoleNull")
    static CommandIo around(CommandWords words, CommandIo io) {
        if (!words.verb().equals(Optional.of(Verb.SECRET_SET)) || words.wantsHelp()) {
            return io;
        }
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return io;
        }
        char[] typed = console.readPassword("Secret (not shown): ");
        byte[] secret = typed == null ? new byte[0] : new String(typed).getBytes(StandardCharsets.UTF_8);
        return new CommandIo(new ByteArrayInputStream(secret), io.out(), io.err(), io.cancellation());
    }
}
