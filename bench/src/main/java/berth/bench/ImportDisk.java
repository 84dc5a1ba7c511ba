package berth.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How long it takes to bring a disk of another format in. */
public final class ImportDisk implements Measurement {
    private static final String TARGET = "rbd/imported";
    private static final String NO_SOURCE = "--skip-source-verification";
    private static final String NO_COPY = "--skip-verification";

    @Override
    public String name() {
        return "import";
    }

    @Override
    public String described() {
        return "A qcow2 overlay on a qcow2 base image, 4 GiB with 1.5 GiB of data in 1,800 runs, warm in the page cache:"
                + " `berth import --input-format qcow2`, through a running `berth serve` and as a process of its own, against"
                + " `qemu-img convert -W -m 16` to sparse raw. Verified means that the whole copy is read again and compared"
                + " with the digests taken while copying; verified on both sides, that the source is, too. Berth's result is"
                + " durable; qemu-img's is only when a cache mode other than its default is asked for, so there is a row for"
                + " that, too.";
    }

    @Override
    public boolean dependsOnPlace() {
        return true;
    }

    @Override
    public List<Row> run(Workbench bench) {
        SampleDisk disk = SampleDisk.scattered(bench);
        List<Row> rows = new ArrayList<>();
        Path socket = bench.directory().resolve("serve.sock");
        List<String> serve = bench.berth("serve", "--nbd-socket", socket.toString());
        try (Daemon _ = Daemon.start(serve, socket, bench.directory().resolve("serve.log"))) {
            rows.add(row(bench, disk, "import, verified", List.of(NO_SOURCE), "unsafe", 1.5));
            rows.add(row(bench, disk, "import, verified on both sides", List.of(), "unsafe", 1.5));
            List<String> unverified = List.of(NO_COPY, NO_SOURCE);
            rows.add(row(bench, disk, "import, not verified", unverified, "unsafe", 1.0));
            rows.add(row(bench, disk, "import, not verified; peer flushes, too", unverified, "writeback", 1.0));
        }
        rows.add(row(bench, disk, "import, verified; no server", List.of(NO_SOURCE), "unsafe", 1.5));
        return rows;
    }

    private static Row row(
            Workbench bench, SampleDisk disk, String what, List<String> options, String cache, double goal) {
        Sides<Series> values = Sides.takeTurns(
                bench.rounds(), new Sides<>(_ -> berth(bench, disk, options), _ -> qemu(bench, disk, cache)));
        String peer = "qemu-img convert -W -m 16 -t " + cache;
        return Row.against(what, Unit.SECONDS, values, peer, new Goal.Ratio(goal));
    }

    private static double berth(Workbench bench, SampleDisk disk, List<String> options) {
        List<String> command = new ArrayList<>(List.of("import", "--no-progress", "--input-format", "qcow2"));
        command.addAll(options);
        command.addAll(List.of(disk.overlay().toString(), TARGET));
        bench.settle();
        double seconds =
                Programs.run(bench.berth(command.toArray(String[]::new))).seconds();
        Programs.run(bench.berth("rm", "--no-progress", TARGET));
        return seconds;
    }

    private static double qemu(Workbench bench, SampleDisk disk, String cache) {
        Path target = bench.directory().resolve("converted.raw");
        bench.settle();
        double seconds = Programs.run(
                        "qemu-img",
                        "convert",
                        "-W",
                        "-m",
                        "16",
                        "-t",
                        cache,
                        "-f",
                        "qcow2",
                        "-O",
                        "raw",
                        disk.overlay().toString(),
                        target.toString())
                .seconds();
        try {
            Files.delete(target);
        } catch (IOException e) {
            throw new BenchException("cannot remove " + target + ": " + e.getMessage(), e);
        }
        return seconds;
    }
}
