package berth.block;

/**
 * The name of a snapshot: its image and its own name.
 *
 * @param image the image
 * @param snapshot the snapshot's name within the image
 */
public record SnapshotSpec(ImageSpec image, String snapshot) {
    public SnapshotSpec {
        Names.check("snapshot", snapshot);
    }

    @Override
    public String toString() {
        return image + "@" + snapshot;
    }
}
