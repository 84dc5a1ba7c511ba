package berth.block;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is known of an image, or of one of its snapshots, without opening it.
 *
 * @param id the image's id: hexadecimal, it stays when the image is renamed
 * @param spec pool and name
 * @param size bytes
 * @param layout object size and striping
 * @param snapshotCount how many snapshots it has
 * @param features RBD's feature names
 * @param created when it was made
 * @param accessed when it was last opened for reading
 * @param modified when it was last opened for writing
 * @param parent what it was cloned from
 */
public record ImageInfo(
        String id,
        ImageSpec spec,
        long size,
        Layout layout,
        int snapshotCount,
        List<String> features,
        Instant created,
        Instant accessed,
        Instant modified,
        Optional<ParentLink> parent) {
    public ImageInfo {
        features = List.copyOf(features);
    }

    /** The same under another name. */
    public ImageInfo named(ImageSpec name) {
        return new ImageInfo(id, name, size, layout, snapshotCount, features, created, accessed, modified, parent);
    }
}
