package berth.cli.command;

import berth.block.BlockException;
import berth.ceph.CephAdmin;
import berth.cli.call.Call;
import berth.cloud.Destination;
import berth.cloud.rbd.KeyHolder;
import berth.cloud.rbd.MonitorMap;
import berth.libvirt.Libvirt;
import java.nio.file.Path;
import java.util.UUID;

/** Where domains find disks that {@code instance migrate} has moved into the call's cluster. */
final class CephDestination {
    private CephDestination() {}

    /**
     * Asks the cluster for its monitors and libvirt for the secret. Where no secret can be named, the disks are moved
     * nevertheless, and the report says what the domains lack.
     *
     * @param directory what keeps a directory for each moved instance
     */
    static Destination of(Call call, Path directory) {
        try (CephAdmin cluster = CephAdmin.open(call.cluster());
                Libvirt libvirt = Libvirt.open(LiveInstances.uri(call))) {
            UUID secret = new KeyHolder(cluster).secretFor(libvirt, LiveInstances.secret(call));
            return Destination.rbd(
                    directory, cluster.config().user(), secret, MonitorMap.parse(cluster.ask("mon dump")));
        } catch (BlockException e) {
            if (call.args().option("--secret").isPresent()) {
                throw e;
            }
            return Destination.unknown(directory, "no new domain XML is written: " + e.getMessage());
        }
    }
}
