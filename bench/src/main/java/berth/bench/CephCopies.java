package berth.bench;

import berth.ceph.cluster.CephCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How long it takes to bring a disk into a Ceph cluster, and to look at it there. */
public final class CephCopies implements Measurement {
    private static final String TARGET = CephBench.POOL + "/disk";
    private static final String FORMAT = "--input-format";
    private static final String QCOW2 = "qcow2";

    @Override
    public String name() {
        return "ceph";
    }

    @Override
    public String described() {
        return "A cluster of a monitor, a manager and three OSDs on this machine, with one copy of the data in sparse files,"
                + " for both sides. The disk is a qcow2 overlay with 48 MiB on a qcow2 base image of 4 GiB with a file system"
                + " and 1.2 GiB of files, warm in the page cache. Verified means that Berth had the OSDs hash what they hold,"
                + " read the source again, and compared all digests. The three steps are what a script does without Berth:"
                + " `qemu-img convert` to one qcow2 file, to raw, `rbd import`, with nothing compared. Commands work through a"
                + " running `berth serve` where nothing else is said.";
    }

    @Override
    public boolean dependsOnPlace() {
        return true;
    }

    @Override
    public List<Row> run(Workbench bench) {
        SampleDisk disk = SampleDisk.guest(bench);
        try (CephBench ceph = CephBench.start(bench, CephCluster.Size.REPLICATED, 32)) {
            return new Run(bench, ceph, disk).rows();
        }
    }

    /** A cluster, and the disk in the forms in which it is brought in. */
    private record Run(Workbench bench, CephBench ceph, SampleDisk disk) {
        List<Row> rows() {
            List<Row> rows = new ArrayList<>();
            List<Row> alone =
                    List.of(proven("; no server"), looked("ls", "; no server"), looked("info", "; no server"));
            try (Daemon _ = ceph.serve()) {
                rows.addAll(served());
            }
            rows.addAll(alone);
            return rows;
        }

        private List<Row> served() {
            List<Row> rows = new ArrayList<>();
            rows.add(proven(""));
            List<String> unverified = List.of(FORMAT, QCOW2, "--skip-verification", "--skip-source-verification");
            rows.add(imported(
                    "import of qcow2, not verified", unverified, this::convert, "qemu-img convert -n -W -m 16", 1.0));
            Path raw = raw();
            rows.add(raw("import of raw, warm", raw, false, 1 / 1.2));
            rows.add(raw("import of raw, cold", raw, true, 1 / 3.0));
            rows.add(looked("ls", ""));
            rows.add(looked("info", ""));
            return rows;
        }

        private Row proven(String how) {
            String what = "import of qcow2, verified on both sides" + how;
            return imported(what, List.of(FORMAT, QCOW2), this::threeSteps, "three steps", 0.25);
        }

        private Row imported(String what, List<String> options, Side peer, String peerName, double goal) {
            Sides<Series> values = Sides.takeTurns(
                    bench.rounds(), new Sides<>(_ -> timed(() -> berth(disk.overlay(), options)), _ -> timed(peer)));
            return Row.against(what, Unit.SECONDS, values, peerName, new Goal.Ratio(goal));
        }

        private Row raw(String what, Path raw, boolean cold, double goal) {
            Sides<Series> values = Sides.takeTurns(
                    bench.rounds(),
                    new Sides<>(
                            _ -> timed(raw, cold, () -> berth(raw, List.of())),
                            _ -> timed(raw, cold, () -> rbdImport(raw))));
            return Row.against(what + ", not verified", Unit.SECONDS, values, "rbd import", new Goal.Ratio(goal));
        }

        private Row looked(String command, String how) {
            Programs.run(ceph.rbd("create", "--size", "1G", TARGET));
            String object = command.equals("ls") ? CephBench.POOL : TARGET;
            Sides<Series> values = Sides.takeTurns(
                    bench.rounds(),
                    new Sides<>(
                            _ -> milliseconds(ceph.berth(command, object)),
                            _ -> milliseconds(ceph.rbd(command, object))));
            ceph.remove(TARGET);
            return Row.against(
                    "berth " + command + how, Unit.MILLISECONDS, values, "rbd " + command, new Goal.Beyond(150));
        }

        private static double milliseconds(List<String> command) {
            return Programs.run(command).seconds() * 1e3;
        }

        /** A side of a comparison; gives the seconds it took. */
        @FunctionalInterface
        private interface Side {
            double seconds();
        }

        private double timed(Side side) {
            bench.settle();
            double seconds = side.seconds();
            ceph.remove(TARGET);
            return seconds;
        }

        private double timed(Path file, boolean cold, Side side) {
            bench.settle();
            if (cold) {
                Programs.run("dd", "if=" + file, "iflag=nocache", "count=0", "status=none");
            } else {
                Programs.run("dd", "if=" + file, "of=/dev/null", "bs=4M", "status=none");
            }
            return timed(side);
        }

        private double berth(Path file, List<String> options) {
            List<String> command = new ArrayList<>(List.of("import", "--no-progress"));
            command.addAll(options);
            command.addAll(List.of(file.toString(), TARGET));
            return Programs.run(ceph.berth(command.toArray(String[]::new))).seconds();
        }

        private double threeSteps() {
            Path merged = bench.directory().resolve("merged.qcow2");
            Path raw = bench.directory().resolve("merged.raw");
            String overlay = disk.overlay().toString();
            double seconds = convert(overlay, QCOW2, QCOW2, merged.toString())
                    + convert(merged.toString(), QCOW2, "raw", raw.toString())
                    + rbdImport(raw);
            delete(merged);
            delete(raw);
            return seconds;
        }

        private static double convert(String from, String format, String to, String file) {
            return Programs.run("qemu-img", "convert", "-f", format, "-O", to, from, file)
                    .seconds();
        }

        private double convert() {
            Programs.run(ceph.rbd("create", "--size", "4G", TARGET));
            List<String> command = new ArrayList<>(List.of("qemu-img", "convert", "-n", "-W", "-m", "16", "-f", QCOW2));
            command.addAll(List.of("-O", "raw", disk.overlay().toString(), ceph.qemu(TARGET)));
            return Programs.run(command).seconds();
        }

        private double rbdImport(Path raw) {
            return Programs.run(ceph.rbd("import", "--no-progress", raw.toString(), TARGET))
                    .seconds();
        }

        private Path raw() {
            Path raw = bench.directory().resolve("disk.raw");
            convert(disk.overlay().toString(), QCOW2, "raw", raw.toString());
            return raw;
        }

        private static void delete(Path file) {
            try {
                Files.delete(file);
            } catch (IOException e) {
                throw new BenchException("cannot remove " + file + ": " + e.getMessage(), e);
            }
        }
    }
}
