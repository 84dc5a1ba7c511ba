package berth.source.spec;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * A snapshot of an image of a store. Exactly one of {@code poolName} and {@code poolId}, and of {@code snapName} and
 * {@code snapId}, is there.
 *
 * @param poolName the pool's name
 * @param poolId the pool's number
 * @param namespace the pool's namespace
 * @param imageName the image's name
 * @param imageId the image's id, if the image is in the trash
 * @param snapName the snapshot's name
 * @param snapId the snapshot's number
 * @param store the store that the image is in; the one that the spec is used with when empty
 * @param asDisk whether the snapshot is the disk itself alone, and not carried over as a snapshot, too
 */
public record NativeSpec(
        Optional<String> poolName,
        OptionalLong poolId,
        Optional<String> namespace,
        String imageName,
        Optional<String> imageId,
        Optional<String> snapName,
        OptionalLong snapId,
        Optional<StoreName> store,
        boolean asDisk)
        implements SourceSpec {}
