package berth.ceph;

import java.util.Optional;
import java.util.Set;

/**
 * How an image is made, beyond its layout.
 *
 * @param features RBD's names of the features, for example {@code exclusive-lock}; when empty, what the cluster's
 *     configuration says
 * @param dataPool the pool for the data, when it is another than that of the metadata; may be erasure-coded
 * @param shared whether several clients write at the same time, so that the features are left out by which they would
 *     take turns
 */
public record CreateOptions(Optional<Set<String>> features, Optional<String> dataPool, boolean shared) {
    /** What the cluster's configuration says. */
    public static final CreateOptions DEFAULT = new CreateOptions(Optional.empty(), Optional.empty(), false);

    public CreateOptions {
        features = features.map(Set::copyOf);
    }
}
