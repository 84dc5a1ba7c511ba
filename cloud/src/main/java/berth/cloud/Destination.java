package berth.cloud;

import berth.block.ImageSpec;
import berth.libvirt.NbdExport;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;

/**
 * Where instances go.
 *
 * @param directory what keeps a directory for each moved instance; made when it is needed
 * @param server the NBD server at which their domains find the disks; empty where the store itself is what they reach
 */
public record Destination(Path directory, Optional<NbdExport.Server> server) {
    /** The new domain XML of an instance. */
    Path domainXml(UUID instance) {
        return directory.resolve(instance.toString()).resolve("libvirt.xml");
    }

    /** The receipt of a disk of an instance. */
    Path receipt(UUID instance, String disk) {
        return directory.resolve(instance.toString()).resolve(disk + ".receipt.json");
    }

    /** The export of an image. */
    Optional<NbdExport> export(ImageSpec image) {
        return server.map(at -> new NbdExport(image.toString(), at));
    }
}
