package berth.cli.command;

import static berth.cli.call.CommandFailure.explain;
import static berth.cli.call.CommandFailure.explainRun;

import berth.cli.call.Call;
import berth.cli.call.Command;
import berth.cli.call.CommandFailure;
import berth.cli.call.Grammar;
import berth.cli.text.Json;
import berth.posix.Errno;
import berth.source.secret.SecretReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The commands for the store's secrets. None of them shows a secret. */
public final class SecretCommands {
    /** The longest text in UTF-8, and a line's end. */
    private static final int MAX_BYTES = 4 * SecretReader.MAX_LENGTH + 2;

    private SecretCommands() {}

    /** {@code secret set}. */
    public static Command set() {
        return new Command(
                new Grammar("secret set", "Keep a secret for source-specs.")
                        .positional("name", "name of the secret")
                        .note(
                                "The secret is read from standard input, or asked for without showing it at a terminal. It"
                                        + " is kept in the store's directory, in a file that only its owner can read, and a"
                                        + " source-spec refers to it as secret://<name> (or config://<name>).")
                        .example("secret set s3/backup")
                        .example("secret set web-token < token.txt"),
                SecretCommands::runSet);
    }

    private static int runSet(Call call) {
        String name = name(call);
        String text = secret(call);
        explainRun(
                "keeping secret " + name + " failed",
                () -> call.engine().secrets().set(name, text));
        return 0;
    }

    private static String secret(Call call) {
        try {
            byte[] bytes = call.console().in().readNBytes(MAX_BYTES);
            return new String(bytes, StandardCharsets.UTF_8).replaceFirst("\\r?\\n$", "");
        } catch (IOException e) {
            throw new CommandFailure(Errno.EIO.number(), "error reading the secret from standard input");
        }
    }

    private static String name(Call call) {
        return call.args()
                .positional(0)
                .orElseThrow(() -> CommandFailure.invalid("the name of the secret was not specified"));
    }

    /** {@code secret ls}. */
    public static Command list() {
        return new Command(
                new Grammar("secret list", "List the names of the secrets that are kept.")
                        .formatted()
                        .example("secret ls"),
                SecretCommands::runList);
    }

    private static int runList(Call call) {
        boolean json = call.json();
        List<String> names =
                explain("listing secrets failed", () -> call.engine().secrets().names());
        if (json) {
            call.console().print(Json.write(call.pretty(), out -> {
                out.writeStartArray();
                names.forEach(out::writeString);
                out.writeEndArray();
            }));
        } else {
            names.forEach(call.console()::println);
        }
        return 0;
    }

    /** {@code secret rm}. */
    public static Command remove() {
        return new Command(
                new Grammar("secret remove", "Forget a secret.")
                        .positional("name", "name of the secret")
                        .note("A migration whose source-spec refers to the secret cannot go on without it.")
                        .example("secret rm s3/backup"),
                SecretCommands::runRemove);
    }

    private static int runRemove(Call call) {
        String name = name(call);
        String what = "removing secret " + name + " failed";
        if (!explain(what, () -> call.engine().secrets().remove(name))) {
            throw new CommandFailure(Errno.ENOENT.number(), what + ": " + Errno.ENOENT.described());
        }
        return 0;
    }
}
