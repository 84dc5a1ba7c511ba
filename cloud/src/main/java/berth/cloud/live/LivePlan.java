package berth.cloud.live;

import berth.block.BlockException;
import berth.block.Problem;
import berth.cloud.FlavorCheck;
import berth.libvirt.DiskFormat;
import berth.libvirt.DomainDisk;
import berth.libvirt.DomainXml;
import berth.libvirt.NovaInstance;
import berth.libvirt.RbdVolume;
import berth.libvirt.RbdVolume.Monitor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * What becomes of a running instance's disks.
 *
 * @param fsid the id of the cluster that they go to
 * @param user the user that QEMU is to it
 * @param monitors its monitors
 * @param options how they are moved
 */
record LivePlan(String fsid, String user, List<Monitor> monitors, LiveOptions options) {
    /** Where QEMU finds the image of a disk. */
    RbdVolume volume(LiveDisk disk, UUID secret) {
        return new RbdVolume(disk.spec().toString(), user, secret, monitors);
    }

    /**
     * The journal of a move that begins.
     *
     * @throws BlockException {@link Problem#UNSUPPORTED} when a disk cannot be moved while it is in use,
     *     {@link Problem#INVALID_ARGUMENT} when there is none that could, or when one has not the size that the flavor
     *     says
     */
    LiveJournal journal(LiveDomain domain, UUID secret) {
        DomainXml running = domain.running();
        List<LiveDisk> disks = new ArrayList<>();
        for (DomainDisk disk : running.disks()) {
            name(domain.uuid(), disk).filter(_ -> isMovable(disk)).ifPresent(name -> {
                LiveDisk moved = disk(domain, disk, name);
                // Fails where libvirt encrypts the disk.
                running.withDisk(disk.target(), volume(moved, secret));
                disks.add(moved);
            });
        }
        if (disks.isEmpty()) {
            throw new BlockException(Problem.INVALID_ARGUMENT, nothingToMove(domain, running));
        }
        requireDifferentImages(disks);
        checkFlavor(running, disks, options.acceptFlavorMismatch());
        return new LiveJournal(
                LiveJournal.VERSION, domain.uuid(), fsid, secret, LiveState.PREPARED, false, null, disks);
    }

    private static void requireDifferentImages(List<LiveDisk> disks) {
        Set<String> names = new HashSet<>();
        for (LiveDisk disk : disks) {
            if (!names.add(disk.name())) {
                throw new BlockException(
                        Problem.UNSUPPORTED,
                        "two disks of the domain would become one image: another file than " + disk.file()
                                + " is called '" + disk.name() + "', too");
            }
        }
    }

    private static List<String> checkFlavor(DomainXml running, List<LiveDisk> disks, boolean accepted) {
        Map<String, Long> sizes = new LinkedHashMap<>();
        disks.forEach(disk -> sizes.put(disk.name(), disk.sizeBytes()));
        return FlavorCheck.require(running.flavor(), sizes, accepted);
    }

    private LiveDisk disk(LiveDomain domain, DomainDisk disk, String name) {
        DiskFormat format = disk.format()
                .flatMap(DiskFormat::of)
                .orElseThrow(() -> new BlockException(
                        Problem.UNSUPPORTED,
                        "disk " + disk.target() + " is " + disk.format().orElse("of no known format")
                                + "; only raw and qcow2 can be moved"));
        return new LiveDisk(
                name,
                disk.target(),
                disk.source().orElseThrow(),
                format,
                domain.libvirt().diskBytes(domain.uuid(), disk.target()),
                options.pool(),
                domain.uuid() + "_" + name,
                Optional.empty());
    }

    /** What Nova calls a disk, going by its file; empty for a disk that is no file of Nova's for this instance. */
    private static Optional<String> name(UUID instance, DomainDisk disk) {
        return disk.source()
                .filter(_ -> disk.isFile())
                .map(Path::of)
                .filter(file -> file.getParent() != null && file.getParent().endsWith(instance.toString()))
                .map(file -> file.getFileName().toString())
                .filter(NovaInstance::isDiskName);
    }

    private static boolean isMovable(DomainDisk disk) {
        return disk.device().equals("disk") && !disk.readOnly();
    }

    private String nothingToMove(LiveDomain domain, DomainXml running) {
        boolean there = running.disks().stream()
                .anyMatch(disk -> disk.source()
                        .filter(source -> source.startsWith("rbd:" + options.pool() + "/" + domain.uuid() + "_"))
                        .isPresent());
        return "instance " + domain.uuid() + " has no disk to move: "
                + (there
                        ? "its disks are in the pool " + options.pool() + " already"
                        : "none of its disks is a file of Nova's that it can write to");
    }

    /** What stays as it is, and what does not fit the flavor, for people. */
    List<String> notes(DomainXml running, LiveJournal journal) {
        List<String> notes = new ArrayList<>(checkFlavor(running, journal.disks(), true));
        for (DomainDisk disk : running.disks()) {
            boolean moved =
                    journal.disks().stream().anyMatch(one -> one.target().equals(disk.target()));
            if (!moved && disk.isFile() && disk.source().isPresent()) {
                notes.add(disk.target() + " (" + disk.source().get() + ") stays where it is: it is "
                        + (isMovable(disk) ? "no disk of Nova's" : "a medium that the guest cannot write to")
                        + ", and libvirt can replace it when the guest is shut down");
            }
        }
        return notes;
    }
}
