package berth.bench;

import berth.ceph.cluster.CephCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A cluster of one monitor and one OSD on this machine, the OSD's data in a sparse file, with the pool {@code vms}. */
final class CephBench implements AutoCloseable {
    /** The pool. */
    static final String POOL = "vms";

    private final Workbench bench;
    private final CephCluster cluster;

    private CephBench(Workbench bench, CephCluster cluster) {
        this.bench = bench;
        this.cluster = cluster;
    }

    /**
     * Starts a cluster in the workbench.
     *
     * @throws BenchException when the packages are not there
     */
    static CephBench start(Workbench bench) {
        if (!Programs.isInstalled("ceph-osd") || !Programs.isInstalled("rbd")) {
            throw new BenchException("a cluster needs Debian's packages ceph-mon, ceph-osd and ceph-common");
        }
        CephCluster cluster = CephCluster.start(directory(bench), CephCluster.Size.SMALL);
        cluster.createPool(POOL, 8);
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
        return bench.berth(List.of("-c", configuration().toString()), arguments);
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
