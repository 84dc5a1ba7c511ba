package berth.source.spec;

import java.nio.file.Path;
import java.util.Optional;

/** A store that is not the one that a spec is used with. */
public sealed interface StoreName {
    /**
     * A Ceph cluster.
     *
     * @param configurationFile its configuration file; one of Ceph's usual places when empty
     * @param user the user's id without {@code client.}; {@code admin} when empty
     * @param keyring the file with the user's key; what the configuration file says when empty
     */
    record Cluster(Optional<Path> configurationFile, Optional<String> user, Optional<Path> keyring)
            implements StoreName {}

    /**
     * A local store.
     *
     * @param directory its directory
     */
    record Local(Path directory) implements StoreName {}
}
