package berth.cli.call;

import berth.block.ImageSpec;
import java.util.Optional;

/**
 * An image, or one of its snapshots.
 *
 * @param image the image
 * @param snapshot the snapshot's name; empty for the image as it is now
 */
public record ImageName(ImageSpec image, Optional<String> snapshot) {
    /** The name without its pool, for example {@code web@before}. */
    public String text() {
        return snapshot.map(name -> image.image() + "@" + name).orElse(image.image());
    }
}
