package berth.block;

import java.util.List;
import java.util.Map;

/**
 * A store whose images can be filled from an origin while they are in use. Each method is one durable step: it happens
 * wholly or not at all. The mover that takes the steps in order is {@code berth.migration}.
 *
 * <p>Except for those that prepare, {@code image} may be the target's name or that of the source in the trash.
 */
public interface MigrationStore extends BlockStore {
    /**
     * Makes the target, whose reads go to the source until they have been copied. The target has the source's size,
     * snapshots and their protection.
     *
     * @param source is read during this call only and stays the caller's to close; later the store opens it by its
     *     description
     * @throws BlockException {@link Problem#IMAGE_EXISTS}; {@link Problem#SNAPSHOT_EXISTS} when two of the source's
     *     points in time have one name
     */
    ImageInfo prepareImport(ImageSpec target, Layout layout, Source source, Map<String, String> attributes);

    /**
     * Like {@link #prepareImport} for a target that nobody needs before it is committed, which a store may have cheaper:
     * until then there may be no image of its name, and the name remains free for others. Who takes it makes the commit
     * fail with {@link Problem#IMAGE_EXISTS}, and nothing that was copied is lost.
     */
    default ImageInfo prepareCopy(ImageSpec target, Layout layout, Source source, Map<String, String> attributes) {
        return prepareImport(target, layout, source, attributes);
    }

    /**
     * Like {@link #prepareCopy} for a target that is a clone: it holds of its own only what differs from its parent.
     *
     * @param parent a snapshot of the store; may differ from the source in any way, for all bytes are compared
     * @throws BlockException {@link Problem#UNSUPPORTED} where a store cannot do that; what cloning can throw
     */
    default ImageInfo prepareClonedCopy(
            SnapshotSpec parent, ImageSpec target, Layout layout, Source source, Map<String, String> attributes) {
        throw new BlockException(Problem.UNSUPPORTED, "copies into this store cannot become clones");
    }

    /**
     * Makes the target and moves the source to the trash, where it can only be read. Clones of the source become clones
     * of the target.
     *
     * @param target may have the name of the source
     * @param flatten whether the target gives up the source's parent
     * @throws BlockException {@link Problem#IMAGE_IN_USE} when the source is open for writing,
     *     {@link Problem#MIGRATING}, {@link Problem#IMAGE_EXISTS}
     */
    ImageInfo prepareLinked(
            ImageSpec source, ImageSpec target, Layout layout, boolean flatten, Map<String, String> attributes);

    /** @throws BlockException {@link Problem#NOT_MIGRATING} */
    MigrationRecord migration(ImageSpec image);

    /** All migrations of the store. */
    List<MigrationRecord> migrations();

    /** Moves the record to another state and replaces its attributes. */
    MigrationRecord update(ImageSpec image, MigrationState state, Map<String, String> attributes);

    /**
     * The copying side of the migration; one at a time.
     *
     * @throws BlockException {@link Problem#IMAGE_IN_USE} while another one is open
     */
    Fill openFill(ImageSpec image);

    /**
     * Cuts the link: the origin is forgotten and a linked source removed.
     *
     * @throws BlockException {@link Problem#MIGRATION_STATE} unless everything has been copied
     */
    void commitMigration(ImageSpec image, Progress progress);

    /**
     * Undoes the migration. A linked source comes back under its name, together with what was written to the target
     * since it was prepared, its snapshots and size included; an import's target goes.
     *
     * @throws BlockException {@link Problem#IMAGE_IN_USE} when the target is open; {@link Problem#SNAPSHOT_HAS_CHILDREN}
     *     when it has clones; {@link Problem#IMAGE_EXISTS} when the name of the linked source was given to another image
     *     meanwhile
     */
    void abortMigration(ImageSpec image, Progress progress);
}
