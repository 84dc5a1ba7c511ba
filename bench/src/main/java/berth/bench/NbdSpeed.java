package berth.bench;

import java.util.ArrayList;
import java.util.List;

/** How fast a guest's requests are served. */
public final class NbdSpeed implements Measurement {
    private static final double GOAL = 1.5;

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
            for (Load load : Load.ALL) {
                Sides<Series> values =
                        Sides.takeTurns(bench.rounds(), new Sides<>(side(bench, load, berth), side(bench, load, qemu)));
                rows.add(Row.against(load.what(), load.unit(), values, "qemu-nbd", new Goal.Ratio(GOAL)));
            }
        }
        return rows;
    }

    private static Sides.Round side(Workbench bench, Load load, LayeredDisk disk) {
        return round -> {
            if (load.writes()) {
                disk.reset();
                bench.settle();
            }
            return load.run(Fio.Disk.nbd(disk.uri()), bench.seconds(), round);
        };
    }
}
