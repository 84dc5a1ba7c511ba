package berth.ceph;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A keyring file: for each user a section with its key. Keys are never part of a message.
 *
 * @see <a href="https://docs.ceph.com/en/latest/rados/operations/user-management/#keyring-management">keyrings</a>
 */
public final class Keyring {
    private static final int MAX_BYTES = 1 << 20;

    private final Map<String, String> keys;

    private Keyring(Map<String, String> keys) {
        this.keys = keys;
    }

    /** Reads a file. @throws BlockException {@link Problem#MALFORMED}, {@link Problem#IO} */
    public static Keyring read(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new BlockException(Problem.MALFORMED, "the keyring " + file + " is larger than 1 MiB");
            }
            return parse(Files.readAllBytes(file));
        } catch (IOException e) {
            throw BlockException.of(e, "cannot read the keyring " + file);
        }
    }

    /** Reads the text of a file; lines that it does not know mean nothing, as with Ceph. */
    public static Keyring parse(byte[] text) {
        Map<String, String> keys = new HashMap<>();
        String entity = "";
        for (String line : new String(text, StandardCharsets.ISO_8859_1).lines().toList()) {
            String content = line.strip();
            int equals = content.indexOf('=');
            if (content.startsWith("[") && content.endsWith("]")) {
                entity = content.substring(1, content.length() - 1).strip();
            } else if (equals > 0 && content.substring(0, equals).strip().equals("key")) {
                keys.put(entity, content.substring(equals + 1).strip());
            }
        }
        return new Keyring(keys);
    }

    /**
     * The key of a user, by its whole name.
     *
     * @throws BlockException {@link Problem#MALFORMED} when it is no Base64
     */
    public Optional<byte[]> key(String entity) {
        return Optional.ofNullable(keys.get(entity)).map(Keyring::decoded);
    }

    /** The bytes of a key as Ceph writes it. @throws BlockException {@link Problem#MALFORMED} when it is no Base64 */
    public static byte[] decoded(String key) {
        try {
            return Base64.getDecoder().decode(key);
        } catch (IllegalArgumentException e) {
            // The decoder's message quotes what it was given.
            throw new BlockException(Problem.MALFORMED, "the key is not in Base64");
        }
    }
}
