package berth.block;

import java.util.function.Consumer;

/**
 * The copying of an image's origin into the image, object by object, while the image is in use. Several threads may fill
 * different objects at the same time.
 *
 * <p>An object is {@link #objectBytes()} of the disk at <em>all</em> of its points in time. Copying never touches what
 * clients write: that lies above it.
 */
public interface Fill extends AutoCloseable {
    /**
     * What copying one object took.
     *
     * @param bytesRead bytes read from the source
     * @param bytesWritten bytes written to the image
     * @param digest what was copied
     */
    record Copied(long bytesRead, long bytesWritten, ObjectDigest digest) {}

    /** The size of an object in bytes; a power of two. */
    long objectBytes();

    /** The number of objects. */
    long objects();

    /** Whether an object has been copied. */
    boolean isFilled(long object);

    /** How many objects have been copied. */
    long filledObjects();

    /** Copies one object; one that is there already is left alone and reported with zero bytes. */
    Copied fill(long object);

    /** The digest that was recorded when the object was copied. @throws BlockException when it was not copied yet */
    ObjectDigest recorded(long object);

    /** Computes the digest anew from what the image holds now. */
    default ObjectDigest reread(long object) {
        return reread(object, _ -> {});
    }

    /**
     * Computes the digest anew from what the image holds now, and that of each point in time by itself.
     *
     * @param points takes, oldest first, what an {@link ObjectHasher} gives for each point in time alone
     * @return the digest of all points in time, to compare with {@link #recorded}
     */
    ObjectDigest reread(long object, Consumer<ObjectDigest> points);

    /** Computes the digest from the source as it is now. */
    ObjectDigest sourceDigest(long object);

    /** Makes what has been copied durable. */
    void checkpoint();

    /** How many requests clients have made of the image so far; for giving way to them. */
    long foregroundRequests();

    @Override
    void close();
}
