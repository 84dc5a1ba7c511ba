package berth.block;

import java.util.Optional;
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
     * @param digest what was copied; empty while the object has to be copied further in a later pass
     */
    record Copied(long bytesRead, long bytesWritten, Optional<ObjectDigest> digest) {}

    /** The size of an object in bytes; a power of two. */
    long objectBytes();

    /** The number of objects. */
    long objects();

    /** Whether an object has been copied at all of its points in time. */
    boolean isFilled(long object);

    /** How many objects have been copied at all of their points in time. */
    long filledObjects();

    /**
     * Copies one object, as far as this pass goes; what is there already is left alone and reported with zero bytes.
     */
    Copied fill(long object);

    /**
     * Ends a pass, in which each object was copied. A store whose snapshots can only be taken of the present copies one
     * point in time in each pass and takes the snapshot here; the others do with one pass.
     *
     * @return whether there is another pass, for which each object has to be copied again
     */
    default boolean nextPass() {
        return false;
    }

    /**
     * How many threads are of use that copy or reread at the same time; where the processor is all they wait for, two.
     *
     * @param withSource whether they read the source, too
     */
    default int usefulThreads(boolean withSource) {
        return Math.min(2, Runtime.getRuntime().availableProcessors());
    }

    /** The digest that was recorded when the object was copied. @throws BlockException when it was not copied yet */
    ObjectDigest recorded(long object);

    /** Computes the digest anew from what the image holds now. */
    default ObjectDigest reread(long object) {
        return reread(object, _ -> {});
    }

    /**
     * Computes the digest anew from what the image holds now, and that of each point in time by itself.
     *
     * @param points takes, oldest first, the digest of each point in time alone, of which the whole is made
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
