package berth.systemtests;

import berth.ceph.cluster.CephCluster;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A user of a real cluster.
 *
 * @param cluster the cluster
 * @param id the user's id without {@code client.}
 * @param keyring the file with the user's key
 */
record CephUser(CephCluster cluster, String id, Path keyring) {
    /** The user that OpenStack's volume service is, for the pool {@code vms}. */
    static CephUser cinder(CephCluster cluster) {
        return new CephUser(
                cluster, "cinder", cluster.user("cinder", "mon", "profile rbd", "osd", "profile rbd pool=vms"));
    }

    /** The administrator. */
    static CephUser admin(CephCluster cluster) {
        return new CephUser(cluster, "admin", cluster.configurationFile().resolveSibling("keyring"));
    }

    /** A command line, of {@code berth} or {@code rbd}, as this user. */
    String[] with(String... command) {
        List<String> all = new ArrayList<>(List.of(command));
        all.addAll(List.of("-c", cluster.configurationFile().toString(), "--id", id));
        all.addAll(List.of("--keyring", keyring.toString()));
        return all.toArray(String[]::new);
    }
}
