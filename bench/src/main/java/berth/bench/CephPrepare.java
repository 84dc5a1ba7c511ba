package berth.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How long it takes until a machine can start on a disk that is to move into Ceph. */
public final class CephPrepare implements Measurement {
    private static final String TARGET = CephBench.POOL + "/prepared";
    private static final double GOAL_SECONDS = 1;

    @Override
    public String name() {
        return "ceph-prepare";
    }

    @Override
    public String described() {
        return "`berth migration prepare --import-only --listen` of a qcow2 with 256 MiB of data spread over the disk into"
                + " a cluster, until QEMU's rbd driver has opened the image and read 1 MiB.";
    }

    @Override
    public boolean dependsOnPlace() {
        return false;
    }

    @Override
    public List<Row> run(Workbench bench) {
        List<Row> rows = new ArrayList<>();
        try (CephBench ceph = CephBench.start(bench)) {
            for (String size : List.of("20G", "2T")) {
                Path disk = PrepareTime.makeDisk(bench, size);
                Series values = Sides.alone(bench.rounds(), _ -> prepare(bench, ceph, disk));
                rows.add(Row.alone(
                        "prepare to the first read by QEMU, " + size + "iB",
                        Unit.SECONDS,
                        values,
                        new Goal.Absolute(GOAL_SECONDS)));
            }
        }
        return rows;
    }

    private static double prepare(Workbench bench, CephBench ceph, Path disk) {
        String spec = PrepareTime.sourceSpec(disk);
        List<String> prepare = ceph.berth(
                "migration", "prepare", "--import-only", "--listen", "127.0.0.1:0", "--source-spec", spec, TARGET);
        double seconds;
        long start = System.nanoTime();
        try (Daemon _ = Daemon.startUntilItSays(
                "can be used", prepare, bench.directory().resolve("prepare.log"))) {
            Programs.run("qemu-io", "-r", "-f", "raw", "-c", "read 1G 1M", ceph.qemu(TARGET));
            seconds = (System.nanoTime() - start) / 1e9;
        }
        Programs.run(ceph.berth("migration", "abort", "--no-progress", TARGET));
        return seconds;
    }
}
