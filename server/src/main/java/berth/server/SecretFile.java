package berth.server;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.AtomicFile;
import berth.source.secret.SecretNames;
import berth.source.secret.SecretReader;
import berth.source.secret.SecretStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * The secrets of a store: one file of mode 0600, replaced atomically, with a JSON object of names and texts. It is read
 * anew each time, so that nothing is kept in memory. Safe for use by several threads of the store's owner.
 */
public final class SecretFile implements SecretStore {
    /** The most secrets. */
    private static final int MAX_SECRETS = 10_000;

    private static final long MAX_FILE_BYTES = 64L << 20;
    private static final String NOTHING_FOR_OTHERS = "------";
    private static final String MODE = "rw-" + NOTHING_FOR_OTHERS;

    private final Path file;

    /**
     * Loaded when it is first needed, exceptions included: every command opens the store, few look at its secrets, and JSON
     * takes long to load.
     */
    private static final class Json {
        private static final JsonMapper MAPPER = new JsonMapper();
        private static final TypeReference<TreeMap<String, String>> CONTENT = new TypeReference<>() {};

        /** The secrets in a file's content; empty when it is damaged. */
        static Optional<Map<String, String>> read(byte[] content) {
            try {
                return Optional.of(MAPPER.readValue(content, CONTENT));
            } catch (JacksonException _) {
                return Optional.empty();
            }
        }

        static byte[] write(Map<String, String> secrets) {
            return MAPPER.writeValueAsString(secrets).getBytes(StandardCharsets.UTF_8);
        }
    }

    SecretFile(Path file) {
        this.file = file;
    }

    @Override
    public synchronized Optional<String> find(String name) {
        return Optional.ofNullable(read().get(name));
    }

    /** The names, in order. */
    public synchronized List<String> names() {
        return List.copyOf(read().keySet());
    }

    /**
     * Keeps a secret; one of that name is replaced.
     *
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} for a name or a text that cannot be used;
     *     {@link Problem#FORBIDDEN} when others than the owner have access to the file; {@link Problem#IO}
     */
    public void set(String name, String text) {
        if (name.startsWith(KeptSecrets.PREFIX)) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT,
                    "names that begin with " + KeptSecrets.PREFIX
                            + " are for the secrets that migrations were given, and" + " go with them");
        }
        put(name, text);
    }

    /** As {@link #set}, with any name. */
    synchronized void put(String name, String text) {
        SecretNames.check(name);
        SecretReader.checkText("for " + name, text);
        Map<String, String> secrets = read();
        secrets.put(name, text);
        if (secrets.size() > MAX_SECRETS) {
            throw new BlockException(
                    Problem.NO_SPACE, "the store has " + MAX_SECRETS + " secrets already; remove some");
        }
        write(secrets);
    }

    /**
     * Forgets a secret.
     *
     * @return whether there was one
     */
    public synchronized boolean remove(String name) {
        Map<String, String> secrets = read();
        boolean there = secrets.remove(name) != null;
        if (there) {
            write(secrets);
        }
        return there;
    }

    /** Forgets the secrets with such names. */
    synchronized void removeIf(Predicate<String> unwanted) {
        Map<String, String> secrets = read();
        if (secrets.keySet().removeIf(unwanted)) {
            write(secrets);
        }
    }

    private Map<String, String> read() {
        try {
            if (!Files.exists(file)) {
                return new TreeMap<>();
            }
            if (!PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                    .endsWith(NOTHING_FOR_OTHERS)) {
                throw new BlockException(
                        Problem.FORBIDDEN,
                        "others than their owner have access to the secrets in " + file + ": set its mode to 0600, and"
                                + " change the secrets, which may be known by now");
            }
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw damaged();
            }
            return Json.read(Files.readAllBytes(file)).orElseThrow(this::damaged);
        } catch (IOException e) {
            throw BlockException.of(e, "the secrets in " + file);
        }
    }

    /** No cause: it could repeat a secret. */
    private BlockException damaged() {
        return new BlockException(Problem.MALFORMED, "the file of secrets " + file + " is damaged");
    }

    private void write(Map<String, String> secrets) {
        try {
            AtomicFile.write(file, Json.write(secrets), MODE);
        } catch (IOException e) {
            throw BlockException.of(e, "the secrets in " + file);
        }
    }
}
