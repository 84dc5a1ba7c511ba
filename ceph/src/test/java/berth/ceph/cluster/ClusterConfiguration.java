package berth.ceph.cluster;

import java.nio.file.Path;

/** The configuration file of a cluster for tests. */
final class ClusterConfiguration {
    private ClusterConfiguration() {}

    static String text(Path directory, String fsid, int monitorPort, int gatewayPort) {
        return """
            [global]
            fsid = %2$s
            mon host = v2:127.0.0.1:%3$d
            public addr = 127.0.0.1
            auth cluster required = cephx
            auth service required = cephx
            auth client required = cephx
            keyring = %1$s/keyring
            run dir = %1$s/run
            admin socket = %1$s/run/$name.$pid.asok
            log file =
            osd pool default size = 1
            osd pool default min size = 1
            osd pool default pg num = 1
            osd pool default pgp num = 1
            osd pool default pg autoscale mode = off
            osd crush chooseleaf type = 0
            mon allow pool size one = true
            mon allow pool delete = true
            mon max pg per osd = 10000

            [mon]
            mon data = %1$s/mon
            mon data avail crit = 0
            mon data avail warn = 0
            # Changes of the maps, such as a new pool, take effect at once instead of after a second.
            paxos propose interval = 0.05
            paxos min wait = 0.01

            [mgr]
            mgr data = %1$s/mgr
            mgr initial modules = rbd_support

            [osd]
            osd data = %1$s/osd$id
            osd objectstore = bluestore
            bluestore block size = 21474836480
            osd memory target = 939524096

            [client]
            rgw data = %1$s/rgw
            rgw frontends = beast endpoint=127.0.0.1:%4$d
            """.formatted(directory, fsid, monitorPort, gatewayPort);
    }
}
