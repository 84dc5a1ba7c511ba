package berth.cloud.live;

import berth.block.BlockException;
import berth.block.Problem;
import berth.libvirt.DomainDisk;
import berth.libvirt.DomainXml;
import berth.libvirt.RbdVolume;
import java.util.List;
import java.util.Optional;

/** Where a disk of a running domain stands, going by the domain alone. */
enum Standing {
    /** The guest uses the file, and nothing copies it. */
    ON_FILE,
    /** The guest uses the file, and it is being copied to the image. */
    COPYING,
    /** As before, and the copy is in step with the file. */
    IN_STEP,
    /** The guest uses the image. */
    ON_IMAGE;

    /**
     * Looks.
     *
     * @throws BlockException {@link Problem#SOURCE_CHANGED} when the disk is something else than the file or the image,
     *     {@link Problem#IMAGE_IN_USE} when something else is done to it
     */
    static Standing of(DomainXml domain, String target, String file, RbdVolume volume) {
        DomainDisk disk = domain.disks().stream()
                .filter(candidate -> candidate.target().equals(target))
                .findFirst()
                .orElseThrow(() -> new BlockException(
                        Problem.SOURCE_CHANGED, "domain " + domain.name() + " no longer has the disk " + target));
        if (isOn(disk, volume)) {
            return ON_IMAGE;
        }
        if (!disk.isFile() || !disk.source().equals(Optional.of(file))) {
            throw new BlockException(
                    Problem.SOURCE_CHANGED,
                    "disk " + target + " of domain " + domain.name() + " is neither " + file + " nor "
                            + volume.location() + " of this cluster, but "
                            + disk.source().orElse("nothing"));
        }
        if (disk.mirror().isEmpty()) {
            return ON_FILE;
        }
        if (!disk.mirror().get().source().equals(Optional.of(volume.location()))) {
            throw new BlockException(
                    Problem.IMAGE_IN_USE,
                    "disk " + target + " of domain " + domain.name() + " is being copied to "
                            + disk.mirror().get().source().orElse("another place"));
        }
        return disk.mirror().get().ready() ? IN_STEP : COPYING;
    }

    /** Whether a disk is an image, and one of the same cluster as far as the domain tells. */
    static boolean isOn(DomainDisk disk, RbdVolume volume) {
        List<String> monitors = volume.monitors().stream()
                .map(monitor -> monitor.host() + ":" + monitor.port())
                .toList();
        boolean sameCluster = disk.hosts().isEmpty() || disk.hosts().stream().anyMatch(monitors::contains);
        return disk.type().equals("network") && disk.source().equals(Optional.of(volume.location())) && sameCluster;
    }
}
