package berth.server;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.source.secret.Secret;
import berth.source.secret.SecretReader;
import berth.source.spec.SourceSpec;
import berth.source.spec.SpecSecrets;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Puts the secrets that a source-spec has by value into the store's secret file under names of their own, so that what
 * describes a migration's source, and is kept, shown and signed, holds references only. They go with the very migration that
 * they were kept for: others may be those of users who cannot see each other's. Safe for use by several threads.
 */
public final class KeptSecrets {
    /** What names made here begin with. */
    private static final String PREFIX = "migration/";

    private final SecretFile file;
    private final MigrationStore store;

    KeptSecrets(SecretFile file, MigrationStore store) {
        this.file = file;
        this.store = store;
    }

    /** A spec whose secrets are kept until it is closed, and then as long as the migration goes on that refers to them. */
    public final class Kept implements AutoCloseable {
        private final SourceSpec spec;
        private final ImageSpec target;
        private final Set<String> names;

        private Kept(SourceSpec spec, ImageSpec target, Set<String> names) {
            this.spec = spec;
            this.target = target;
            this.names = Set.copyOf(names);
        }

        /** The spec with references. */
        public SourceSpec spec() {
            return spec;
        }

        @Override
        public void close() {
            if (!names.isEmpty() && !mayBeReferredTo()) {
                file.removeIf(names::contains);
            }
        }

        private boolean mayBeReferredTo() {
            try {
                String description = store.migration(target).sourceDescription();
                return names.stream().anyMatch(description::contains);
            } catch (BlockException e) {
                return switch (e.problem()) {
                    case POOL_NOT_FOUND, IMAGE_NOT_FOUND, NOT_MIGRATING -> false;
                    default -> true;
                };
            }
        }
    }

    /**
     * Reads variables: a spec with their values.
     *
     * @param environment the environment of whoever gave the spec
     * @throws BlockException {@link Problem#SOURCE_NOT_FOUND} when a variable is not there
     */
    public static SourceSpec withVariables(SourceSpec spec, Map<String, String> environment) {
        return SpecSecrets.replace(
                spec,
                secret -> secret instanceof Secret.InEnvironment(String name)
                        ? new Secret.Value(
                                SecretReader.fromEnvironment(secret, Optional.ofNullable(environment.get(name))))
                        : secret);
    }

    /** Whether a spec has secrets by value. */
    public static boolean hasValues(SourceSpec spec) {
        boolean[] found = {false};
        SpecSecrets.replace(spec, secret -> {
            found[0] |= secret instanceof Secret.Value;
            return secret;
        });
        return found[0];
    }

    /**
     * Keeps the secrets of a spec that has no variables.
     *
     * @param target what the migration that will refer to them makes
     */
    public Kept keep(SourceSpec spec, ImageSpec target) {
        Set<String> names = new HashSet<>();
        SourceSpec kept = SpecSecrets.replace(
                spec, secret -> secret instanceof Secret.Value(String text) ? keep(text, names) : secret);
        return new Kept(kept, target, names);
    }

    private Secret keep(String text, Set<String> names) {
        String name = PREFIX + UUID.randomUUID();
        file.set(name, text);
        names.add(name);
        return new Secret.Stored(name);
    }

    /** Forgets what was kept for a migration that has ended. */
    public void forget(MigrationRecord ended) {
        String description = ended.sourceDescription();
        if (description.contains(PREFIX)) {
            file.removeIf(name -> name.startsWith(PREFIX) && description.contains(name));
        }
    }
}
