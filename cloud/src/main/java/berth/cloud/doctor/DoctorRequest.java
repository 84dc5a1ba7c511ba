package berth.cloud.doctor;

import berth.ceph.CephConfig;
import java.nio.file.Path;
import java.util.List;

/**
 * What is looked at.
 *
 * @param cluster how the cluster is reached, best as a user that may ask for the capabilities of others
 * @param novaConf Nova's configuration file; one that does not exist is passed over, as are the others
 * @param cinderConf Cinder's configuration file
 * @param glanceConf Glance's configuration file
 * @param instances the directory with Nova's instance directories
 * @param hosts the libvirt connections of the compute nodes
 */
public record DoctorRequest(
        CephConfig cluster, Path novaConf, Path cinderConf, Path glanceConf, Path instances, List<String> hosts) {
    public DoctorRequest {
        hosts = List.copyOf(hosts);
    }
}
