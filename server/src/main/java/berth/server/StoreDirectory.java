package berth.server;

import berth.block.BlockException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a store, and the files in it that say who owns it.
 *
 * @param path the directory, absolute
 */
public record StoreDirectory(Path path) {
    private static final Path SYSTEM_STORE = Path.of("/var/lib/berth");

    public StoreDirectory {
        path = path.toAbsolutePath().normalize();
    }

    /**
     * The store that a command means: what {@code --store} says, else {@code BERTH_STORE}, else
     * {@code /var/lib/berth} for root and {@code ~/.local/share/berth} for others.
     *
     * @param option the value of {@code --store}
     * @param environment the process's environment
     */
    public static StoreDirectory choose(@Nullable String option, Map<String, String> environment) {
        String named = option != null ? option : environment.get("BERTH_STORE");
        if (named != null && !named.isEmpty()) {
            return new StoreDirectory(Path.of(named));
        }
        if ("root".equals(System.getProperty("user.name"))) {
            return new StoreDirectory(SYSTEM_STORE);
        }
        return new StoreDirectory(Path.of(System.getProperty("user.home"), ".local", "share", "berth"));
    }

    /** Where this host's own files are when the store that a command means is a cluster. */
    public static StoreDirectory besideCluster(Map<String, String> environment) {
        Map<String, String> others = new HashMap<>(environment);
        others.remove("BERTH_STORE", "ceph");
        return choose(null, others);
    }

    /** The file that is locked by the owner and holds its process id. */
    public Path lockFile() {
        return path.resolve("lock");
    }

    /** The socket on which the owner takes commands. */
    public Path controlSocket() {
        return path.resolve("control.sock");
    }

    /** The file that holds the store's secrets. */
    Path secretFile() {
        return path.resolve("secrets");
    }

    /** The file that holds the secrets for a cluster. */
    Path secretFile(String fsid) {
        return path.resolve("clusters").resolve(fsid).resolve("secrets");
    }

    /** Makes the directory, with no access for others, where it does not exist yet. */
    void create() {
        try {
            if (!Files.isDirectory(path)) {
                Files.createDirectories(
                        path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw BlockException.of(e, "cannot make the store's directory " + path + "; choose another with --store");
        }
    }
}
