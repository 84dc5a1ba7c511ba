package berth.cloud;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Problem;
import berth.libvirt.DomainDisk;
import berth.libvirt.DomainXml;
import berth.libvirt.NetworkSource;
import berth.libvirt.NovaDisk;
import berth.libvirt.NovaInstance;
import berth.posix.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The domain of a moved instance.
 *
 * @param xml the XML; empty when the instance's domain is not known
 * @param notes what its operator should know
 */
record NewDomain(Optional<DomainXml> xml, List<String> notes) {
    /**
     * Makes the domain whose disks are in the store.
     *
     * @throws BlockException {@link Problem#INVALID_ARGUMENT} when the domain does not use the instance's root disk;
     *     {@link Problem#UNSUPPORTED} when libvirt encrypts a disk
     */
    static NewDomain of(NovaInstance instance, String pool, Destination destination) {
        if (instance.domain().isEmpty()) {
            return new NewDomain(
                    Optional.empty(),
                    List.of("there is no " + NovaInstance.DOMAIN_FILE + " in " + instance.directory()
                            + ", so no new one is written; name one with --xml (virsh dumpxml prints it)"));
        }
        DomainXml domain = instance.domain().get();
        List<String> notes = new ArrayList<>();
        DomainXml changed = domain;
        for (NovaDisk disk : instance.disks()) {
            Optional<DomainDisk> used = NovaInstance.domainDisk(domain, instance.uuid(), disk.name());
            if (used.isPresent()) {
                ImageSpec image = imageOf(instance, disk, pool);
                Optional<NetworkSource> place = destination.place().apply(image);
                if (place.isPresent()) {
                    changed = changed.withDisk(used.get().target(), place.get());
                } else {
                    notes.add("disk " + used.get().target() + " of the domain is the image " + image + " now");
                }
            } else if (disk.name().equals("disk")) {
                throw new BlockException(
                        Problem.INVALID_ARGUMENT,
                        "domain " + domain.name() + " does not use " + disk.file() + "; name the right domain XML");
            } else {
                notes.add(disk.name() + " is moved, but the domain does not use it");
            }
        }
        for (DomainDisk left : changed.disks()) {
            if (left.isFile() && left.source().isPresent() && !isMoved(instance, domain, left)) {
                notes.add("disk " + left.target() + " of the domain ("
                        + left.source().get() + ") is not in the instance directory and stays where it is");
            }
        }
        destination.missing().ifPresent(notes::add);
        return new NewDomain(
                destination.missing().isPresent() ? Optional.empty() : Optional.of(changed), List.copyOf(notes));
    }

    private static boolean isMoved(NovaInstance instance, DomainXml domain, DomainDisk disk) {
        return instance.disks().stream()
                .map(moved -> NovaInstance.domainDisk(domain, instance.uuid(), moved.name()))
                .flatMap(Optional::stream)
                .anyMatch(used -> used.target().equals(disk.target()));
    }

    /** The image that a disk of an instance becomes, named as Nova names it on RBD. */
    static ImageSpec imageOf(NovaInstance instance, NovaDisk disk, String pool) {
        return new ImageSpec(pool, instance.uuid() + "_" + disk.name());
    }

    /**
     * Writes the XML so that there is either all of it or none. Only its owner may read it: a domain can hold passwords
     * of consoles.
     *
     * @throws BlockException {@link Problem#IO}, {@link Problem#NO_SPACE}, {@link Problem#READ_ONLY}
     */
    static void write(DomainXml xml, Path file) {
        try {
            AtomicFile.write(file, xml.toXml().getBytes(StandardCharsets.UTF_8), "rw-------");
        } catch (IOException e) {
            throw BlockException.of(e, "cannot write the domain XML " + file);
        }
    }
}
