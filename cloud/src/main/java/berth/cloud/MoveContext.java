package berth.cloud;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.libvirt.DiskUse;
import berth.libvirt.NovaDisk;
import berth.libvirt.NovaInstance;
import berth.migration.Mover;
import berth.source.SourceFactory;
import java.util.List;
import java.util.Optional;

/**
 * What the moves of instances into one store share.
 *
 * @param store the store that the disks go to
 * @param mover the mover of that store
 * @param sources opens the disks
 * @param domains says whether an instance is running
 * @param destination where the instances go
 */
record MoveContext(MigrationStore store, Mover mover, SourceFactory sources, Domains domains, Destination destination) {
    /** @throws BlockException {@link Problem#IMAGE_IN_USE} when libvirt says that the instance is running */
    void requireIdle(NovaInstance instance) {
        Optional<DiskUse> use = domains.activity(instance.uuid());
        if (use.isPresent()) {
            throw new BlockException(
                    Problem.IMAGE_IN_USE,
                    "instance " + instance.uuid() + " is in use: " + use.get().describe(),
                    List.of(use.get().describe()));
        }
    }

    /** The move of a disk; the disk is open when this returns. */
    DiskMove open(NovaInstance instance, NovaDisk disk, MoveOptions options) {
        OpenDisk open = OpenDisk.open(instance.directory(), disk, options.backingDirectories(), sources);
        ImageSpec target = NewDomain.imageOf(instance, disk, options.pool());
        return new DiskMove(store, mover, open, target, destination.receipt(instance.uuid(), disk.name()));
    }

    boolean hasPool(String pool) {
        return store.pools().contains(pool);
    }
}
