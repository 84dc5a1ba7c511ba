package berth.ceph;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Looks into keyring files for why a cluster refused a user. Keys themselves are not looked at. */
final class Keyrings {
    private static final long MAX_BYTES = 1 << 20;

    private Keyrings() {}

    /**
     * Says what to do when the cluster refused a user.
     *
     * @param keyring the files that the configuration names, separated by commas
     * @param entity the user's whole name
     */
    static String advice(String keyring, String entity) {
        List<Path> files = Arrays.stream(keyring.split(","))
                .map(String::strip)
                .filter(file -> !file.isEmpty())
                .map(Path::of)
                .filter(Files::exists)
                .toList();
        if (files.isEmpty()) {
            return "there is no keyring: " + keyring + " (make one with: ceph auth get " + entity + " -o FILE)";
        }
        for (Path file : files) {
            if (!Files.isReadable(file)) {
                return "the keyring " + file + " cannot be read by the user that Berth runs as";
            }
        }
        if (files.stream().noneMatch(file -> names(file, entity))) {
            return "there is no key for " + entity + " in " + keyring;
        }
        return "the cluster does not know this user, or the key in " + keyring
                + " is not its key (compare with: ceph auth get " + entity + ")";
    }

    private static boolean names(Path file, String entity) {
        try {
            return Files.size(file) <= MAX_BYTES
                    && Files.readString(file, StandardCharsets.ISO_8859_1)
                            .lines()
                            .anyMatch(line -> line.strip().equals("[" + entity + "]"));
        } catch (IOException e) {
            return false;
        }
    }
}
