package berth.ceph;

import berth.block.MigrationStore;
import berth.block.SourceOpener;
import berth.block.contract.StoreFixture;
import berth.block.contract.StoreTraits;
import berth.ceph.cluster.CephCluster;
import berth.ceph.lib.Cluster;
import java.nio.file.Path;

/** Opens a store on the cluster that the tests share. A directory that is not that of the last call has it emptied. */
final class CephFixture implements StoreFixture {
    /**
     * An OSD tells of an object where it ends, not where it has holes; the largest objects are of 32 MiB. The name of an
     * image is the end of the name {@code rbd_id.NAME} of an object, for which 2048 bytes are allowed. The monitors'
     * commands about a pool are JSON in which librbd does not quote its name. Progress is told by a thread that librbd
     * needs for its work.
     */
    private static final StoreTraits TRAITS =
            new StoreTraits(32 << 20, 2041, false, false, false, false, false, 1 << 12, 80);

    private static Path last = Path.of("");

    static CephConfig config() {
        return CephConfig.DEFAULT.withConfigurationFile(CephCluster.shared().configurationFile());
    }

    /** Deletes all pools. */
    static void empty() {
        try (Cluster cluster = Cluster.create("ceph", "client.admin")) {
            cluster.readConfiguration(CephCluster.shared().configurationFile().toString());
            cluster.connect();
            cluster.pools().forEach(cluster::deletePool);
        }
    }

    @Override
    public MigrationStore open(Path directory, SourceOpener sources) {
        synchronized (CephFixture.class) {
            if (!directory.equals(last)) {
                empty();
                last = directory;
            }
        }
        return CephStore.open(config(), sources);
    }

    @Override
    public StoreTraits traits() {
        return TRAITS;
    }
}
