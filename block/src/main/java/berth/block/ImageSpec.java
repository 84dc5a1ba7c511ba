package berth.block;

/**
 * The name of an image: pool and image.
 *
 * @param pool the pool's name; in a store with namespaces also {@code POOL/NAMESPACE}
 * @param image the image's name within the pool
 */
public record ImageSpec(String pool, String image) implements Comparable<ImageSpec> {
    public ImageSpec {
        Names.checkPoolSpec(pool);
        Names.check("image", image);
    }

    /** A snapshot of this image. */
    public SnapshotSpec at(String snapshot) {
        return new SnapshotSpec(this, snapshot);
    }

    @Override
    public int compareTo(ImageSpec other) {
        int byPool = pool.compareTo(other.pool);
        return byPool != 0 ? byPool : image.compareTo(other.image);
    }

    @Override
    public String toString() {
        return pool + "/" + image;
    }
}
