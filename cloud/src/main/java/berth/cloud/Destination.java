package berth.cloud;

import berth.block.ImageSpec;
import berth.libvirt.NbdExport;
import berth.libvirt.NetworkSource;
import berth.libvirt.RbdVolume;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Where instances go.
 *
 * @param directory what keeps a directory for each moved instance; made when it is needed
 * @param place where their domains find an image; empty when that is not known
 * @param missing why it is not known; empty when it is
 */
public record Destination(
        Path directory, Function<ImageSpec, Optional<NetworkSource>> place, Optional<String> missing) {
    /** The images are exports of an NBD server. */
    public static Destination nbd(Path directory, NbdExport.Server server) {
        return new Destination(
                directory, image -> Optional.of(new NbdExport(image.toString(), server)), Optional.empty());
    }

    /**
     * The images are on Ceph.
     *
     * @param user the user that QEMU is to the cluster, without {@code client.}
     * @param secret the secret of libvirt that has the user's key
     * @param monitors the cluster's monitors
     */
    public static Destination rbd(Path directory, String user, UUID secret, List<RbdVolume.Monitor> monitors) {
        return new Destination(
                directory,
                image -> Optional.of(new RbdVolume(image.toString(), user, secret, monitors)),
                Optional.empty());
    }

    /** The images are somewhere that a domain cannot be told yet, and {@code why} says what is missing for that. */
    public static Destination unknown(Path directory, String why) {
        return new Destination(directory, _ -> Optional.empty(), Optional.of(why));
    }

    /** The new domain XML of an instance. */
    Path domainXml(UUID instance) {
        return directory.resolve(instance.toString()).resolve("libvirt.xml");
    }

    /** The receipt of a disk of an instance. */
    Path receipt(UUID instance, String disk) {
        return directory.resolve(instance.toString()).resolve(disk + ".receipt.json");
    }
}
