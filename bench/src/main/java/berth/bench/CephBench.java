package berth.bench;

import berth.ceph.cluster.CephCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A cluster on this machine, the OSDs' data in sparse files, with the pool {@code vms}, of which there is one copy. */
final class CephBench implements AutoCloseable {
    /** The pool. */
    static final String POOL = "vms";

    private final Workbench bench;
    private final CephCluster cluster;

    private CephBench(Workbench bench, CephCluster cluster) {
        this.bench = bench;
        this.cluster = cluster;
    }

    /** Starts a cluster of one monitor and one OSD in the workbench. */
    static CephBench start(Workbench bench) {
        return start(bench, CephCluster.Size.SMALL, 8);
    }

    /**
     * Starts a cluster in the workbench.
     *
     * @param groups how many placement groups the pool has
     * @throws BenchException when the packages are not there
     */
    static CephBench start(Workbench bench, CephCluster.Size size, int groups) {
        if (!Programs.isInstalled("ceph-osd") || !Programs.isInstalled("rbd")) {
            throw new BenchException("a cluster needs Debian's packages ceph-mon, ceph-osd and ceph-common");
        }
        CephCluster cluster = CephCluster.start(directory(bench), size);
        cluster.createPool(POOL, groups);
        return new CephBench(bench, cluster);
    }

    private static Path directory(Workbench bench) {
        try {
            return Files.createDirectory(bench.directory().resolve("cluster"));
        } catch (IOException e) {
            throw new BenchException("cannot make a directory for the cluster: " + e.getMessage(), e);
        }
    }

    /** A {@code berth} command line on the cluster. */
    List<String> berth(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("env", "BERTH_STORE=" + bench.directory().resolve("home")));
        command.addAll(bench.berth(List.of("-c", configuration().toString()), arguments));
        return command;
    }

    /** Starts a process through which other commands work until it is closed. */
    Daemon serve() {
        return Daemon.startUntilItSays(
                "serving the store", berth("serve"), bench.directory().resolve("serve.log"));
    }

    /** An {@code rbd} command line on the cluster. */
    List<String> rbd(String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("rbd", "-c", configuration().toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Makes an image with data everywhere. */
    Fio.Disk fill(String name, long bytes) {
        Programs.run(rbd("create", "--size", bytes + "B", image(name)));
        Fio.Disk disk = Fio.Disk.rbd(configuration(), POOL, name);
        new Fio("write", 1 << 20, 4).cover(disk, bytes);
        return disk;
    }

    /** An image's name with its pool. */
    String image(String name) {
        return POOL + "/" + name;
    }

    /** Removes an image. */
    void remove(String image) {
        Programs.run(rbd("rm", "--no-progress", image));
    }

    /** An image as QEMU names it. */
    String qemu(String image) {
        return "rbd:" + image + ":conf=" + configuration();
    }

    /** The cluster's ceph.conf. */
    Path configuration() {
        return cluster.configurationFile();
    }

    @Override
    public void close() {
        cluster.close();
    }
}
