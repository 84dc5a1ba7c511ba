package berth.source.secret;

import java.util.Optional;

/** Where secrets are kept by name. Safe for use by several threads. */
@FunctionalInterface
public interface SecretStore {
    /** Keeps none. */
    SecretStore NONE = name -> Optional.empty();

    /** The text of a secret; empty when there is none of that name. */
    Optional<String> find(String name);
}
