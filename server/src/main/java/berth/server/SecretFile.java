package berth.server;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.AtomicFile;
import berth.posix.PosixException;
import berth.posix.PosixFile;
import berth.source.secret.SecretNames;
import berth.source.secret.SecretReader;
import berth.source.secret.SecretStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
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
 * anew each time, so that nothing is kept in memory. Safe for use by several threads and processes.
 */
public final class SecretFile implements SecretStore {
    /** The most secrets. */
    private static final int MAX_SECRETS = 10_000;

    private static final long MAX_FILE_BYTES = 64L << 20;
    private static final String NOTHING_FOR_OTHERS = "------";
    private static final String MODE = "rw-" + NOTHING_FOR_OTHERS;

    private static final FileAttribute<?> OWNED =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx" + NOTHING_FOR_OTHERS));

    private final Path file;
    /** Locked by who changes the other one, which is replaced each time. */
    private final Path lock;

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
        this.file = file.toAbsolutePath();
        this.lock = this.file.resolveSibling(this.file.getFileName() + ".lock");
    }

    @Override
    public Optional<String> find(String name) {
        return Optional.ofNullable(read().get(name));
    }

    /** The names, in order. */
    public List<String> names() {
        return List.copyOf(read().keySet());
    }

    /**
     * Keeps a secret; one of that name is replaced.
     *
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} for a name or a text that cannot be used;
     *     {@link Problem#FORBIDDEN} when others than the owner have access to the file; {@link Problem#IO}
     */
    public void set(String name, String text) {
        SecretNames.check(name);
        SecretReader.checkText("for " + name, text);
        change(secrets -> {
            secrets.put(name, text);
            if (secrets.size() > MAX_SECRETS) {
                throw new BlockException(
                        Problem.NO_SPACE, "the store has " + MAX_SECRETS + " secrets already; remove some");
            }
            return true;
        });
    }

    /**
     * Forgets a secret.
     *
     * @return whether there was one
     */
    public boolean remove(String name) {
        return change(secrets -> secrets.remove(name) != null);
    }

    /** Forgets the secrets with such names. */
    void removeIf(Predicate<String> unwanted) {
        change(secrets -> secrets.keySet().removeIf(unwanted));
    }

    /**
     * Changes what is kept, alone: other processes of this user, and other commands of this one, do so, too.
     *
     * @param change says whether it has changed something
     * @return the same
     */
    private boolean change(Predicate<Map<String, String>> change) {
        try {
            Files.createDirectories(lock.getParent(), OWNED);
        } catch (IOException e) {
            throw BlockException.of(e, "the secrets in " + file);
        }
        try (PosixFile held = PosixFile.open(lock, PosixFile.Mode.CREATE)) {
            held.lock();
            Map<String, String> secrets = read();
            boolean changed = change.test(secrets);
            if (changed) {
                write(secrets);
            }
            return changed;
        } catch (PosixException e) {
            throw BlockException.of(e, "the secrets in " + file);
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
