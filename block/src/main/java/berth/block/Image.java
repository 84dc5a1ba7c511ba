package berth.block;

import java.util.List;
import java.util.Optional;

/**
 * An open image, or an open snapshot of one, which is read-only. Safe for use by several threads. Structural changes
 * (snapshots, resize, rollback, flatten) take effect at a moment between two requests and are durable when the method
 * returns.
 */
public interface Image extends BlockDevice {
    /** What the image is now. */
    ImageInfo info();

    /** The open snapshot, when a snapshot is open. */
    Optional<Snapshot> snapshot();

    /** The snapshots, oldest first. */
    List<Snapshot> snapshots();

    /**
     * Takes a snapshot of what was acknowledged so far.
     *
     * @throws BlockException {@link Problem#SNAPSHOT_EXISTS}
     */
    Snapshot createSnapshot(String name);

    /**
     * Removes a snapshot and gives back the space that only it used. I/O goes on; who has the snapshot open gets
     * {@link Problem#SNAPSHOT_NOT_FOUND} from now on.
     *
     * @throws BlockException {@link Problem#SNAPSHOT_NOT_FOUND}, {@link Problem#SNAPSHOT_PROTECTED}
     */
    void removeSnapshot(String name, Progress progress);

    /** @throws BlockException {@link Problem#SNAPSHOT_NOT_FOUND}, {@link Problem#SNAPSHOT_EXISTS} */
    void renameSnapshot(String from, String to);

    /** @throws BlockException {@link Problem#SNAPSHOT_NOT_FOUND}, {@link Problem#ALREADY_PROTECTED} */
    void protectSnapshot(String name);

    /**
     * @throws BlockException {@link Problem#SNAPSHOT_NOT_FOUND}, {@link Problem#NOT_PROTECTED},
     *     {@link Problem#SNAPSHOT_HAS_CHILDREN}
     */
    void unprotectSnapshot(String name);

    /** Makes the image what it was at the snapshot, size included. Later snapshots stay. */
    void rollback(String snapshot, Progress progress);

    /**
     * Changes the size. New bytes read as zeroes.
     *
     * @param allowShrink whether bytes may be cut off
     * @throws BlockException {@link Problem#SHRINK_NOT_ALLOWED}
     */
    void resize(long size, boolean allowShrink, Progress progress);

    /**
     * Copies in what shows through from the parent, so that the image and its snapshots no longer need it. What was
     * copied stays when this is interrupted, and the next call goes on.
     *
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} when there is no parent, {@link Problem#MIGRATING}
     */
    void flatten(Progress progress);

    /**
     * Lists what differs between a snapshot and the open point in time, at 4 KiB granularity where the store can.
     *
     * @param from the earlier snapshot; when empty, everything that is stored differs from nothing
     */
    void diff(Optional<String> from, long offset, long length, DiffSink sink);

    /** What the open point in time takes. */
    DiskUsage usage();
}
