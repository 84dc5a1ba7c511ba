package berth.source.secret;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.regex.Pattern;

/** The names that secrets of a store may have. */
public final class SecretNames {
    /** The longest name, in characters. */
    public static final int MAX_LENGTH = 256;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._/-]+");

    private SecretNames() {}

    /**
     * Checks a name: letters, digits, {@code . _ / -}.
     *
     * @return the name
     * @throws BlockException {@link Problem#INVALID_ARGUMENT}
     */
    public static String check(String name) {
        if (name.length() > MAX_LENGTH || !NAME.matcher(name).matches()) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "the name of a secret has 1 to " + MAX_LENGTH + " letters, digits, and . _ / -");
        }
        return name;
    }
}
