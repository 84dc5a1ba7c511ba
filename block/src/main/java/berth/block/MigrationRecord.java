package berth.block;

import java.util.Map;
import java.util.Optional;

/**
 * What the store remembers of a migration.
 *
 * @param target the image that is being filled
 * @param targetId its id
 * @param source the image in the same store that is being moved; empty for an import
 * @param sourceId that image's id
 * @param sourceDescription for an import, the source's {@link Source#description()}; empty otherwise
 * @param usable whether the target can be used already; else there is no image of its name before the commit
 * @param state where it stands
 * @param flatten whether the link to the source's parent is cut
 * @param attributes what the mover keeps with it: validators, options, counters
 */
public record MigrationRecord(
        ImageSpec target,
        String targetId,
        Optional<ImageSpec> source,
        Optional<String> sourceId,
        String sourceDescription,
        boolean usable,
        MigrationState state,
        boolean flatten,
        Map<String, String> attributes) {
    /** The attribute in which a store that copies by itself says how far it is, for example {@code 12% complete}. */
    public static final String PROGRESS = "progress";

    public MigrationRecord {
        attributes = Map.copyOf(attributes);
    }

    /** Whether the source is outside the store and stays as it is. */
    public boolean importOnly() {
        return source.isEmpty();
    }
}
