package berth.nbd;

import berth.block.BlockException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Reads files of shared keys. */
final class PskFile {
    private PskFile() {}

    /**
     * The keys by user.
     *
     * @throws BlockException when the file cannot be read or has a line that is not {@code user:hexkey}
     */
    static Map<String, byte[]> load(Path file) {
        Map<String, byte[]> keys = new HashMap<>();
        List<String> lines =
                CredentialFile.read(file).lines().map(String::strip).toList();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!line.isEmpty() && !line.startsWith("#") && !add(line, keys)) {
                throw CredentialFile.malformed(file, "line " + (i + 1) + " is not user:hexkey");
            }
        }
        if (keys.isEmpty()) {
            throw CredentialFile.malformed(file, "it holds no key");
        }
        return Map.copyOf(keys);
    }

    private static boolean add(String line, Map<String, byte[]> keys) {
        int colon = line.lastIndexOf(':');
        if (colon <= 0 || colon == line.length() - 1) {
            return false;
        }
        try {
            keys.put(line.substring(0, colon), HexFormat.of().parseHex(line, colon + 1, line.length()));
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
