package berth.source.secret;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Gets the texts of secrets. What goes wrong is told by the secret's reference alone. Safe for use by several threads. */
public final class SecretReader {
    /** The longest secret, in characters. */
    public static final int MAX_LENGTH = 8192;

    private final SecretStore store;

    /** @param store what {@code secret://} and {@code config://} refer to */
    public SecretReader(SecretStore store) {
        this.store = store;
    }

    /**
     * The text of a secret.
     *
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND} when it is not where the reference says;
     *     {@link Problem#INVALID_ARGUMENT} when it is empty, too long or holds control characters; {@link Problem#IO}
     */
    public String read(Secret secret) {
        return switch (secret) {
            case Secret.Value(String text) -> checked(secret, text);
            case Secret.InFile(Path path) -> checked(secret, firstLine(secret, path));
            case Secret.InEnvironment(String name) -> fromEnvironment(secret, Optional.ofNullable(System.getenv(name)));
            case Secret.Stored(String name, boolean _) ->
                checked(
                        secret,
                        store.find(name)
                                .orElseThrow(() -> missing(
                                        secret,
                                        "the store has none of that name; run 'berth secret set " + name + "'")));
        };
    }

    /**
     * The text of a secret that goes into an HTTP header or an address as it is.
     *
     * @throws BlockException as {@link #read}; {@link Problem#INVALID_ARGUMENT} when it holds other characters than the
     *     visible ones of ASCII
     */
    public String readToken(Secret secret) {
        String text = read(secret);
        if (text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw unusable(secret.reference(), "it holds blanks or characters that are not ASCII");
        }
        return text;
    }

    /** The text that an environment variable has, with the checks of {@link #read}. */
    public static String fromEnvironment(Secret secret, Optional<String> value) {
        return checked(secret, value.orElseThrow(() -> missing(secret, "the variable is not set")));
    }

    private static String checked(Secret secret, String text) {
        return checkText(secret.reference(), text);
    }

    /**
     * Checks that a text can be a secret. A header or a signature could be forged with control characters.
     *
     * @param what which secret it is, for the message
     * @return the text
     * @throws BlockException {@link Problem#INVALID_ARGUMENT}
     */
    public static String checkText(String what, String text) {
        String why = null;
        if (text.isEmpty()) {
            why = "it is empty";
        } else if (text.length() > MAX_LENGTH) {
            why = "it has more than " + MAX_LENGTH + " characters";
        } else if (text.chars().anyMatch(Character::isISOControl)) {
            why = "it holds control characters";
        }
        if (why != null) {
            throw unusable(what, why);
        }
        return text;
    }

    private static BlockException unusable(String what, String why) {
        return new BlockException(Problem.INVALID_ARGUMENT, "the secret " + what + " cannot be used: " + why);
    }

    private static String firstLine(Secret secret, Path path) {
        try (var in = Files.newInputStream(path)) {
            String text = new String(in.readNBytes(4 * MAX_LENGTH), StandardCharsets.UTF_8);
            return text.lines().findFirst().orElse("");
        } catch (NoSuchFileException e) {
            throw missing(secret, "there is no such file");
        } catch (AccessDeniedException e) {
            throw BlockException.withErrno(
                    Problem.IO,
                    Errno.EACCES,
                    "the secret " + secret.reference() + " cannot be read: " + Errno.EACCES.described());
        } catch (IOException e) {
            throw BlockException.of(e, "the secret " + secret.reference() + " cannot be read");
        }
    }

    private static BlockException missing(Secret secret, String why) {
        return new BlockException(
                Problem.SOURCE_NOT_FOUND, "the secret " + secret.reference() + " cannot be found: " + why);
    }
}
