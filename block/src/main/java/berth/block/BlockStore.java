package berth.block;

import java.util.List;
import java.util.Optional;

/**
 * A store of images in pools. Safe for use by several threads. Changes are durable when a method returns, and happen
 * wholly or not at all.
 *
 * <p>Every method that names a pool or an image throws {@link Problem#POOL_NOT_FOUND} or {@link Problem#IMAGE_NOT_FOUND}
 * where there is none.
 */
public interface BlockStore extends AutoCloseable {
    /** The pools' names in order. */
    List<String> pools();

    /** @throws BlockException {@link Problem#POOL_EXISTS} */
    void createPool(String pool);

    /** @throws BlockException {@link Problem#POOL_NOT_EMPTY} */
    void removePool(String pool);

    /** The images of a pool, by name in order, trash excluded. */
    List<ImageInfo> images(String pool);

    /** The names of a pool's images in order, trash excluded; where images lie elsewhere, quicker than {@link #images}. */
    default List<ImageSpec> names(String pool) {
        return images(pool).stream().map(ImageInfo::spec).toList();
    }

    /**
     * Makes an image that reads as zeroes.
     *
     * @param size 0 to {@link Limits#MAX_IMAGE_BYTES}, any number of bytes
     * @throws BlockException {@link Problem#IMAGE_EXISTS}
     */
    ImageInfo create(ImageSpec spec, long size, Layout layout);

    /**
     * Makes a clone of a protected snapshot, at once at any size.
     *
     * @throws BlockException {@link Problem#SNAPSHOT_NOT_FOUND}, {@link Problem#NOT_PROTECTED},
     *     {@link Problem#IMAGE_EXISTS}
     */
    ImageInfo clone(SnapshotSpec parent, ImageSpec child, Layout layout);

    /** The clones of one snapshot, or of all snapshots of an image when {@code snapshot} is empty; in order. */
    List<ImageSpec> children(ImageSpec image, Optional<String> snapshot);

    /**
     * Removes an image.
     *
     * @throws BlockException {@link Problem#IMAGE_HAS_SNAPSHOTS}, {@link Problem#IMAGE_IN_USE} when someone has it open,
     *     {@link Problem#MIGRATING}
     */
    void remove(ImageSpec spec, Progress progress);

    /** Renames an image within its pool; it may be open. @throws BlockException {@link Problem#IMAGE_EXISTS} */
    void rename(ImageSpec from, String to);

    /** What is known of an image. */
    ImageInfo info(ImageSpec spec);

    /** Opens an image. */
    Image open(ImageSpec spec, Access access);

    /** Opens a snapshot, read-only. @throws BlockException {@link Problem#SNAPSHOT_NOT_FOUND} */
    Image open(SnapshotSpec spec);

    /** Opens an image by its id, read-only; it may be in the trash. */
    Image openById(String pool, String id, Optional<String> snapshot);

    /** Who has the image open for writing. */
    List<Watcher> watchers(ImageSpec spec);

    /** The trash of a pool, oldest first; a migration's sources are in it, too. */
    List<TrashEntry> trash(String pool);

    @Override
    void close();
}
