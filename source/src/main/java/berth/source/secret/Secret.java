package berth.source.secret;

import berth.block.BlockException;
import berth.block.Problem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A secret, or where it is kept. Its text is nowhere but in {@link Value}, which does not print it. */
public sealed interface Secret {
    /** What stands for a secret that was given by value, where the spec is shown. */
    String HIDDEN = "***";

    /** How the secret is written in a spec: a reference, or {@link #HIDDEN}. Never holds the secret's text. */
    String reference();

    /**
     * The secret itself.
     *
     * @param text its text
     */
    record Value(String text) implements Secret {
        @Override
        public String reference() {
            return HIDDEN;
        }

        @Override
        public String toString() {
            return HIDDEN;
        }
    }

    /**
     * The first line of a file, read each time the source is opened.
     *
     * @param path the file; absolute
     */
    record InFile(Path path) implements Secret {
        @Override
        public String reference() {
            return FILE + path;
        }
    }

    /**
     * An environment variable.
     *
     * @param name its name
     */
    record InEnvironment(String name) implements Secret {
        @Override
        public String reference() {
            return ENVIRONMENT + name;
        }
    }

    /**
     * A secret of the store.
     *
     * @param name its name
     * @param asConfig whether it is written as RBD's {@code config://}, which means the same here
     */
    record Stored(String name, boolean asConfig) implements Secret {
        /** The secret of that name, written as {@code secret://}. */
        public Stored(String name) {
            this(name, false);
        }

        @Override
        public String reference() {
            return (asConfig ? CONFIG : STORED) + name;
        }
    }

    /** Begins a reference to a file. */
    String FILE = "file://";

    /** Begins a reference to an environment variable. */
    String ENVIRONMENT = "env://";

    /** Begins a reference to a secret of the store. */
    String STORED = "secret://";

    /** Begins a reference to a secret of the store, as RBD writes it. */
    String CONFIG = "config://";

    /**
     * What a text in a spec means.
     *
     * @param text a reference, or the secret itself
     * @param directory what a relative path is relative to
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} for {@link #HIDDEN}, and a reference that names nothing
     */
    static Secret parse(String text, Path directory) {
        if (text.startsWith(FILE)) {
            return new InFile(path(text.substring(FILE.length()), directory));
        }
        if (text.startsWith(ENVIRONMENT)) {
            return new InEnvironment(named(text, ENVIRONMENT));
        }
        if (text.startsWith(STORED)) {
            return new Stored(SecretNames.check(named(text, STORED)));
        }
        if (text.startsWith(CONFIG)) {
            return new Stored(SecretNames.check(named(text, CONFIG)), true);
        }
        if (text.equals(HIDDEN)) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "source-spec: '" + HIDDEN + "' stands for a secret that is not shown; give the secret itself, or"
                            + " keep it with 'berth secret set NAME' and give secret://NAME");
        }
        return new Value(text);
    }

    private static String named(String text, String scheme) {
        if (text.length() == scheme.length()) {
            throw new BlockException(Problem.INVALID_ARGUMENT, "source-spec: " + scheme + " is followed by no name");
        }
        return text.substring(scheme.length());
    }

    private static Path path(String text, Path directory) {
        try {
            return directory.resolve(named(FILE + text, FILE)).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT, "source-spec: " + FILE + " is followed by no path: " + e.getReason());
        }
    }
}
