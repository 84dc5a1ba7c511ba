package berth.cloud.live;

import berth.block.ImageSpec;
import berth.libvirt.DiskFormat;
import java.util.Optional;

/**
 * A disk of a running instance that is moved.
 *
 * @param name what Nova calls it, for example {@code disk}
 * @param target what the domain calls it, for example {@code vda}
 * @param file the file that it was
 * @param format the file's format
 * @param sizeBytes the size that the guest sees
 * @param pool the pool that it goes to
 * @param image the image that it becomes
 * @param imageId the image's id, once Berth has made it
 */
record LiveDisk(
        String name,
        String target,
        String file,
        DiskFormat format,
        long sizeBytes,
        String pool,
        String image,
        Optional<String> imageId) {
    ImageSpec spec() {
        return new ImageSpec(pool, image);
    }

    LiveDisk withImageId(String id) {
        return new LiveDisk(name, target, file, format, sizeBytes, pool, image, Optional.of(id));
    }
}
