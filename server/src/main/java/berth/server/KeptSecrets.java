package berth.server;

import berth.block.BlockException;
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
import java.util.function.Predicate;

/**
 * Puts the secrets that a source-spec has by value into the store's secret file under names of their own, so that what
 * describes a migration's source, and is kept, shown and signed, holds references only. They go when no migration refers to
 * them any more. Safe for use by several threads.
 */
public final class KeptSecrets {
    /** What names made here begin with. */
    static final String PREFIX = "migration/";

    private final SecretFile file;
    private final MigrationStore store;
    private final Set<String> beingUsed = new HashSet<>();

    KeptSecrets(SecretFile file, MigrationStore store) {
        this.file = file;
        this.store = store;
    }

    /** A spec whose secrets are kept at least until it is closed, and then as long as a migration refers to them. */
    public final class Kept implements AutoCloseable {
        private final SourceSpec spec;
        private final Set<String> names;

        private Kept(SourceSpec spec, Set<String> names) {
            this.spec = spec;
            this.names = Set.copyOf(names);
        }

        /** The spec with references. */
        public SourceSpec spec() {
            return spec;
        }

        @Override
        public void close() {
            release(names);
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

    /** Keeps the secrets of a spec that has no variables. */
    public synchronized Kept keep(SourceSpec spec) {
        Set<String> names = new HashSet<>();
        SourceSpec kept = SpecSecrets.replace(
                spec, secret -> secret instanceof Secret.Value(String text) ? keep(text, names) : secret);
        return new Kept(kept, names);
    }

    private Secret keep(String text, Set<String> names) {
        String name = PREFIX + UUID.randomUUID();
        file.put(name, text);
        beingUsed.add(name);
        names.add(name);
        return new Secret.Stored(name);
    }

    private synchronized void release(Set<String> names) {
        beingUsed.removeAll(names);
        if (!names.isEmpty()) {
            forgetUnused();
        }
    }

    /** Forgets what was kept for migrations that have ended; nothing when they cannot be listed. */
    public synchronized void forgetUnused() {
        Predicate<String> unused = name -> name.startsWith(PREFIX) && !beingUsed.contains(name);
        if (file.names().stream().noneMatch(unused)) {
            return; // A large store takes long to list.
        }
        Set<String> descriptions = new HashSet<>();
        try {
            for (MigrationRecord record : store.migrations()) {
                descriptions.add(record.sourceDescription());
            }
        } catch (BlockException e) {
            return; // The next one forgets them: what this command did is done.
        }
        file.removeIf(unused.and(name -> descriptions.stream().noneMatch(description -> description.contains(name))));
    }
}
