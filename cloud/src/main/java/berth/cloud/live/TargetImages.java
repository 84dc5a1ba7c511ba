package berth.cloud.live;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Problem;
import berth.block.Progress;
import berth.ceph.CephStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** The images that running disks are copied to. */
final class TargetImages {
    /** A client that was killed counts as using an image for half a minute. */
    private static final Duration REMOVE_PATIENCE = Duration.ofSeconds(45);

    private static final long RETRY_MILLIS = 250;

    private final CephStore store;

    TargetImages(CephStore store) {
        this.store = store;
    }

    /**
     * Makes the image of a disk, of the disk's exact size: with any other, libvirt would only say that the copy failed. An
     * image of that size in which nothing was ever written is taken as it is, because it may be of a run that ended
     * between making it and noting that.
     *
     * @return the disk with the image's id
     * @throws BlockException {@link Problem#IMAGE_EXISTS} when there is another image of that name
     */
    LiveDisk make(LiveDisk disk) {
        ImageInfo info = find(disk).orElseGet(() -> store.create(disk.spec(), disk.sizeBytes(), Layout.DEFAULT));
        return disk.withImageId(info.id());
    }

    /** The image that there is already for a disk. @throws BlockException as {@link #make} */
    Optional<ImageInfo> find(LiveDisk disk) {
        boolean exists = store.images(disk.pool()).stream()
                .anyMatch(image -> image.spec().equals(disk.spec()));
        return exists ? Optional.of(untouched(disk)) : Optional.empty();
    }

    private ImageInfo untouched(LiveDisk disk) {
        ImageSpec spec = disk.spec();
        try (Image image = store.open(spec, Access.READ_ONLY)) {
            if (image.size() != disk.sizeBytes()) {
                throw exists(spec, "it has " + image.size() + " bytes, disk " + disk.target() + " " + disk.sizeBytes());
            }
            AtomicBoolean empty = new AtomicBoolean(true);
            image.extents(0, image.size(), (_, _, kind) -> empty.compareAndSet(true, kind == Extent.Kind.UNALLOCATED));
            if (!empty.get()
                    || !image.snapshots().isEmpty()
                    || !store.watchers(spec).isEmpty()) {
                throw exists(spec, "it is in use, or has data or snapshots");
            }
            return image.info();
        }
    }

    private static BlockException exists(ImageSpec spec, String why) {
        return new BlockException(
                Problem.IMAGE_EXISTS, "image " + spec + " exists already and is not of this move: " + why);
    }

    /**
     * Removes the image of a disk if it is the one that was made for it; waits for QEMU to have closed it.
     *
     * @return whether there was one
     */
    boolean remove(LiveDisk disk) {
        boolean ours = disk.imageId().isPresent()
                && store.images(disk.pool()).stream()
                        .anyMatch(image -> image.spec().equals(disk.spec())
                                && image.id().equals(disk.imageId().get()));
        if (!ours) {
            return false;
        }
        long end = System.nanoTime() + REMOVE_PATIENCE.toNanos();
        while (true) {
            try {
                store.remove(disk.spec(), Progress.NONE);
                return true;
            } catch (BlockException e) {
                if (e.problem() != Problem.IMAGE_IN_USE || System.nanoTime() > end) {
                    throw e;
                }
                Pause.milliseconds(RETRY_MILLIS);
            }
        }
    }
}
