package berth.bench;

import java.util.ArrayList;
import java.util.List;

/** How fast a guest's requests are served from an image on Ceph. */
public final class CephSpeed implements Measurement {
    private static final String BERTHS = "berth";
    private static final String QEMUS = "qemu";
    private static final String FIOS = "fio";
    private static final long SIZE = 1L << 30;
    private static final double GOAL = 0.9;

    @Override
    public String name() {
        return "ceph-nbd";
    }

    @Override
    public String described() {
        return "Full 1 GiB images, one for each side, on a cluster of one monitor and one OSD on this machine, the OSD's"
                + " data in a sparse file. fio's nbd engine on `berth nbd serve`, against the same on qemu-nbd with"
                + " QEMU's rbd driver, and against fio's own rbd engine, which has librbd in its process; all of them"
                + " without librbd's cache, which forgets errors. The servers run throughout.";
    }

    @Override
    public boolean dependsOnPlace() {
        return true;
    }

    @Override
    public List<Row> run(Workbench bench) {
        List<Row> rows = new ArrayList<>();
        try (CephBench ceph = CephBench.start(bench)) {
            Fio.Disk rbd = ceph.fill(FIOS, SIZE);
            ceph.fill(BERTHS, SIZE);
            ceph.fill(QEMUS, SIZE);
            try (BerthServer berth = BerthServer.start(bench, ceph::berth, ceph.image(BERTHS));
                    QemuServer qemu = QemuServer.start(bench, "raw", ceph.qemu(ceph.image(QEMUS)), "none")) {
                for (Load load : Load.ALL) {
                    rows.add(row(bench, load, berth.disk(), qemu.disk(), "qemu-nbd on rbd"));
                    rows.add(row(bench, load, berth.disk(), rbd, "fio's rbd engine"));
                }
            }
        }
        return rows;
    }

    private static Row row(Workbench bench, Load load, Fio.Disk berth, Fio.Disk peer, String name) {
        Sides<Series> values = Sides.takeTurns(
                bench.rounds(),
                new Sides<>(
                        round -> load.run(berth, bench.seconds(), round),
                        round -> load.run(peer, bench.seconds(), round)));
        return Row.against(load.what(), load.unit(), values, name, new Goal.Ratio(GOAL));
    }
}
