package berth.bench;

import java.util.ArrayList;
import java.util.List;

/** What a long history costs a reader. */
public final class SnapshotDepth implements Measurement {
    private static final int SNAPSHOTS = 200;
    private static final long SIZE = 1L << 30;
    private static final long WRITTEN_BETWEEN = 4L << 20;
    private static final String DEEP = "rbd/deep";
    private static final String FLAT = "rbd/flat";

    @Override
    public String name() {
        return "depth";
    }

    @Override
    public String described() {
        return "4 KiB random reads of a full 1 GiB image with " + SNAPSHOTS
                + " snapshots and 4 MiB of random writes after"
                + " each, against an image with the same data and none. Berth against itself.";
    }

    @Override
    public boolean dependsOnPlace() {
        return true;
    }

    @Override
    public List<Row> run(Workbench bench) {
        for (String image : List.of(DEEP, FLAT)) {
            Programs.run(bench.berth("create", "--size", "1G", image));
        }
        try (BerthServer deep = BerthServer.start(bench, DEEP)) {
            fill(bench, deep);
        }
        try (BerthServer flat = BerthServer.start(bench, FLAT)) {
            new Fio("write", 1 << 20, 4).cover(flat.disk(), SIZE);
        }
        return compare(bench);
    }

    private static void fill(Workbench bench, BerthServer server) {
        new Fio("write", 1 << 20, 4).cover(server.disk(), SIZE);
        Fio scattered = new Fio("randwrite", 4 << 10, 8);
        for (int snapshot = 1; snapshot <= SNAPSHOTS; snapshot++) {
            Programs.run(bench.berth("snap", "create", "--no-progress", DEEP + "@s" + snapshot));
            scattered.cover(server.disk(), WRITTEN_BETWEEN);
        }
    }

    private static List<Row> compare(Workbench bench) {
        List<Row> rows = new ArrayList<>();
        for (int depth : List.of(1, 32)) {
            Fio job = new Fio("randread", 4 << 10, depth);
            Sides<Series> values =
                    Sides.takeTurns(bench.rounds(), new Sides<>(reads(bench, DEEP, job), reads(bench, FLAT, job)));
            rows.add(Row.against(
                    "read with " + SNAPSHOTS + " snapshots, depth " + depth,
                    Unit.IOPS,
                    values,
                    "no snapshots",
                    new Goal.Ratio(0.9)));
        }
        return rows;
    }

    private static Sides.Round reads(Workbench bench, String image, Fio job) {
        return round -> {
            try (BerthServer server = BerthServer.start(bench, image)) {
                job.run(server.disk(), 1, round);
                return job.run(server.disk(), bench.seconds(), round);
            }
        };
    }
}
