package berth.libvirt;

import berth.block.BlockException;
import berth.block.Problem;
import java.util.List;
import java.util.UUID;

/**
 * An image of a Ceph cluster that QEMU opens itself.
 *
 * @param name {@code pool/image}
 * @param user the user that QEMU is to the cluster, without {@code client.}
 * @param secret the secret of libvirt that has the user's key
 * @param monitors the cluster's monitors, at least one
 */
public record RbdVolume(String name, String user, UUID secret, List<Monitor> monitors) implements NetworkSource {
    /**
     * A monitor of the cluster.
     *
     * @param host its address or name; an IPv6 address without brackets, as libvirt writes it
     * @param port 1 to 65535
     */
    public record Monitor(String host, int port) {
        public Monitor {
            if (host.isEmpty() || host.startsWith("[") || port < 1 || port > 65_535) {
                throw new BlockException(Problem.INVALID_ARGUMENT, "no monitor's address: '" + host + "' port " + port);
            }
        }
    }

    public RbdVolume {
        monitors = List.copyOf(monitors);
        if (name.indexOf('/') <= 0 || name.endsWith("/")) {
            throw new BlockException(Problem.INVALID_ARGUMENT, "'" + name + "' is no pool/image");
        }
        if (user.isEmpty() || monitors.isEmpty()) {
            throw new BlockException(
                    Problem.INVALID_ARGUMENT, "an image on Ceph needs a user and a monitor to be found by");
        }
    }

    @Override
    public String location() {
        return "rbd:" + name;
    }
}
