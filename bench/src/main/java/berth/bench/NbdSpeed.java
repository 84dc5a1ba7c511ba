package berth.bench;

import java.util.ArrayList;
import java.util.List;

/** How fast a guest's requests are served. */
public final class NbdSpeed implements Measurement {
    private static final int BLOCK = 4 << 10;
    private static final int STREAM = 1 << 20;

    private record Cell(String what, Fio job, Unit unit, double goal) {
        boolean writes() {
            return job.pattern().endsWith("write");
        }

        double value(double requestsPerSecond) {
            return unit == Unit.IOPS ? requestsPerSecond : requestsPerSecond * job.blockBytes() / (1 << 20);
        }
    }

    private static final List<Cell> CELLS = List.of(
            new Cell("4 KiB random read, depth 1", new Fio("randread", BLOCK, 1), Unit.IOPS, 1.5),
            new Cell("4 KiB random read, depth 32", new Fio("randread", BLOCK, 32), Unit.IOPS, 1.5),
            new Cell("4 KiB random write, depth 1", new Fio("randwrite", BLOCK, 1), Unit.IOPS, 1.5),
            new Cell("4 KiB random write, depth 32", new Fio("randwrite", BLOCK, 32), Unit.IOPS, 1.5),
            new Cell("1 MiB sequential read, depth 4", new Fio("read", STREAM, 4), Unit.MIB_PER_SECOND, 1.5),
            new Cell("1 MiB sequential write, depth 4", new Fio("write", STREAM, 4), Unit.MIB_PER_SECOND, 1.5));

    @Override
    public String name() {
        return "nbd";
    }

    @Override
    public String described() {
        return "fio's nbd engine, one connection over a Unix socket, on a 1 GiB disk: a lower layer with data everywhere"
                + " (a snapshot; a backing file) and an upper layer with every second 64 KiB. The peer is qemu-nbd on"
                + " qcow2 over raw, with cache=writeback, aio=threads and discard=unmap. Before each round of writes the"
                + " upper layer is made anew.";
    }

    @Override
    public boolean dependsOnPlace() {
        return true;
    }

    @Override
    public List<Row> run(Workbench bench) {
        List<Row> rows = new ArrayList<>();
        try (BerthDisk berth = new BerthDisk(bench);
                QemuDisk qemu = new QemuDisk(bench)) {
            for (Cell cell : CELLS) {
                Sides<Series> values =
                        Sides.takeTurns(bench.rounds(), new Sides<>(side(bench, cell, berth), side(bench, cell, qemu)));
                rows.add(Row.against(cell.what(), cell.unit(), values, "qemu-nbd", new Goal.Ratio(cell.goal())));
            }
        }
        return rows;
    }

    private static Sides.Round side(Workbench bench, Cell cell, LayeredDisk disk) {
        return round -> {
            if (cell.writes()) {
                disk.reset();
                bench.settle();
            }
            return cell.value(cell.job().run(disk.uri(), bench.seconds(), round));
        };
    }
}
