package berth.bench;

import java.util.ArrayList;
import java.util.List;

/** How fast a guest's requests are served from an image on Ceph. */
public final class CephSpeed implements Measurement {
    private static final String NAME = "disk";
    private static final String IMAGE = CephBench.POOL + "/" + NAME;
    private static final long SIZE = 1L << 30;
    private static final double GOAL = 0.9;

    @Override
    public String name() {
        return "ceph-nbd";
    }

    @Override
    public String described() {
        return "A full 1 GiB image on a cluster of one monitor and one OSD on this machine, the OSD's data in a sparse"
                + " file: fio's nbd engine on `berth nbd serve`, against fio's rbd engine on the same image.";
    }

    @Override
    public boolean dependsOnPlace() {
        return true;
    }

    @Override
    public List<Row> run(Workbench bench) {
        List<Row> rows = new ArrayList<>();
        try (CephBench ceph = CephBench.start(bench)) {
            Programs.run(ceph.rbd("create", "--size", SIZE + "B", IMAGE));
            try (BerthServer server = BerthServer.start(bench, ceph::berth, IMAGE)) {
                new Fio("write", 1 << 20, 4).cover(server.uri(), SIZE);
            }
            Fio.Disk peer = Fio.Disk.rbd(ceph.configuration(), CephBench.POOL, NAME);
            for (Load load : Load.ALL) {
                Sides<Series> values = Sides.takeTurns(
                        bench.rounds(),
                        new Sides<>(
                                round -> served(bench, ceph, load, round),
                                round -> load.run(peer, bench.seconds(), round)));
                rows.add(Row.against(load.what(), load.unit(), values, "fio's rbd engine", new Goal.Ratio(GOAL)));
            }
        }
        return rows;
    }

    private static double served(Workbench bench, CephBench ceph, Load load, int round) {
        try (BerthServer server = BerthServer.start(bench, ceph::berth, IMAGE)) {
            return load.run(server.disk(), bench.seconds(), round);
        }
    }
}
