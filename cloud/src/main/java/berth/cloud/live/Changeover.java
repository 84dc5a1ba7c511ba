package berth.cloud.live;

import berth.block.Access;
import berth.block.Image;
import berth.block.Progress;
import berth.ceph.CephStore;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Changes a guest over to the images. For the proof it stands still meanwhile: then no write comes between the moment up
 * to which the file was copied and the snapshot of the image, so that both have to hold the same bytes.
 */
final class Changeover {
    /** The snapshot of an image as it was when the guest changed over to it; it is removed after the proof. */
    static final String SNAPSHOT = "berth-changeover";

    private final LiveDomain domain;
    private final CephStore store;
    private final Function<LiveDisk, Standing> look;

    /** @param look says where a disk stands now */
    Changeover(LiveDomain domain, CephStore store, Function<LiveDisk, Standing> look) {
        this.domain = domain;
        this.store = store;
        this.look = look;
    }

    /**
     * Changes over all disks that are in step.
     *
     * @param pause whether the guest stands still meanwhile, and snapshots are taken
     * @param resume whether the guest goes on afterwards even if it stands still already
     * @return for how many milliseconds it stood still; empty when it did not, or did so before already
     */
    OptionalLong run(List<LiveDisk> disks, boolean pause, boolean resume) {
        if (!pause) {
            disks.forEach(this::pivot);
            return OptionalLong.empty();
        }
        boolean stopping = domain.isRunning();
        // One that runs on an image has written to it since, maybe; no snapshot can be compared with the file then.
        boolean comparable = !stopping || disks.stream().noneMatch(disk -> look.apply(disk) == Standing.ON_IMAGE);
        long begin = System.nanoTime();
        try {
            if (stopping) {
                domain.libvirt().suspend(domain.uuid());
            }
            disks.forEach(this::pivot);
            if (comparable && domain.isPaused()) {
                disks.forEach(this::takeSnapshot);
            }
        } finally {
            if (resume || stopping) {
                domain.resume();
            }
        }
        long nanos = System.nanoTime() - begin;
        return stopping ? OptionalLong.of(Duration.ofNanos(nanos).toMillis()) : OptionalLong.empty();
    }

    private void pivot(LiveDisk disk) {
        if (look.apply(disk) != Standing.ON_IMAGE) {
            domain.libvirt().pivot(domain.uuid(), disk.target());
        }
    }

    private void takeSnapshot(LiveDisk disk) {
        try (Image image = store.open(disk.spec(), Access.READ_WRITE)) {
            if (image.snapshots().stream().noneMatch(snapshot -> snapshot.name().equals(SNAPSHOT))) {
                image.createSnapshot(SNAPSHOT);
            }
        }
    }

    /** Whether there is a snapshot to prove a disk with. */
    boolean hasSnapshot(LiveDisk disk) {
        try (Image image = store.open(disk.spec(), Access.READ_ONLY)) {
            return image.snapshots().stream()
                    .anyMatch(snapshot -> snapshot.name().equals(SNAPSHOT));
        }
    }

    /** Removes what {@link #run} left for the proof. */
    void removeSnapshot(LiveDisk disk) {
        try (Image image = store.open(disk.spec(), Access.READ_WRITE)) {
            image.removeSnapshot(SNAPSHOT, Progress.NONE);
        }
    }
}
