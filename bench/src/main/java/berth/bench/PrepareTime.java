package berth.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How long a machine is down when its disk moves: from the start of prepare to the first answered write. */
public final class PrepareTime implements Measurement {
    private static final String TARGET = "rbd/prepared";
    private static final double GOAL_SECONDS = 0.5;

    @Override
    public String name() {
        return "prepare";
    }

    @Override
    public String described() {
        return "`berth migration prepare --import-only` of a qcow2 with 256 MiB of data spread over the disk, until qemu-io"
                + " has written and read back 4 KiB: with `berth nbd serve` started after it, all as separate processes; and"
                + " where `berth serve` is running.";
    }

    @Override
    public boolean dependsOnPlace() {
        return false;
    }

    @Override
    public List<Row> run(Workbench bench) {
        List<Row> rows = new ArrayList<>();
        for (String size : List.of("20G", "2T")) {
            Path disk = makeDisk(bench, size);
            rows.add(row(bench, size + "iB", _ -> prepareAndServe(bench, disk)));
            Path socket = bench.directory().resolve("serve.sock");
            List<String> serve = bench.berth("serve", "--nbd-socket", socket.toString());
            try (Daemon _ = Daemon.start(serve, socket, bench.directory().resolve("serve.log"))) {
                rows.add(row(bench, size + "iB, server running", _ -> prepareOnly(bench, disk, socket)));
            }
        }
        return rows;
    }

    private static Row row(Workbench bench, String what, Sides.Round round) {
        return Row.alone(
                "prepare to a writable export, " + what,
                Unit.SECONDS,
                Sides.alone(bench.rounds(), round),
                new Goal.Absolute(GOAL_SECONDS));
    }

    /** A qcow2 of a size with 256 MiB of data spread over it. */
    static Path makeDisk(Workbench bench, String size) {
        Path disk = bench.directory().resolve("prepare-" + size + ".qcow2");
        Path socket = bench.directory().resolve("prepare.sock");
        Programs.run("qemu-img", "create", "-q", "-f", "qcow2", disk.toString(), size);
        List<String> serve = List.of("qemu-nbd", "-f", "qcow2", "-t", "-k", socket.toString(), disk.toString());
        try (Daemon _ = Daemon.start(serve, socket, bench.directory().resolve("prepare.log"))) {
            new Fio("randwrite", 1 << 20, 4).cover(Fio.Disk.nbd("nbd+unix:///?socket=" + socket), 256L << 20);
        }
        return disk;
    }

    /** What names the file as a source. */
    static String sourceSpec(Path disk) {
        return """
                {"type": "qcow", "stream": {"type": "file", "file_path": "%s"}}""".formatted(disk);
    }

    private static double prepareAndServe(Workbench bench, Path disk) {
        long start = System.nanoTime();
        prepare(bench, disk);
        double seconds;
        try (BerthServer server = BerthServer.start(bench, TARGET)) {
            seconds = secondsAfterWrite(start, server.uri());
        }
        abort(bench);
        return seconds;
    }

    private static double prepareOnly(Workbench bench, Path disk, Path socket) {
        long start = System.nanoTime();
        prepare(bench, disk);
        double seconds = secondsAfterWrite(start, "nbd+unix:///" + TARGET + "?socket=" + socket);
        abort(bench);
        return seconds;
    }

    private static void prepare(Workbench bench, Path disk) {
        Programs.run(bench.berth("migration", "prepare", "--import-only", "--source-spec", sourceSpec(disk), TARGET));
    }

    private static double secondsAfterWrite(long start, String uri) {
        Programs.run("qemu-io", "-f", "raw", "-c", "write -P 7 1M 4k", "-c", "read -P 7 1M 4k", uri);
        return (System.nanoTime() - start) / 1e9;
    }

    private static void abort(Workbench bench) {
        Programs.run(bench.berth("migration", "abort", "--no-progress", TARGET));
    }
}
