package berth.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How long a short command takes, from a cold process to its end. */
public final class CommandStart implements Measurement {
    private static final int RUNS_PER_ROUND = 5;

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String described() {
        return "`berth ls` on a store with one image, from the start of the process to its end, against programs that"
                + " print their version. A round is the mean of " + RUNS_PER_ROUND + " runs.";
    }

    @Override
    public boolean dependsOnPlace() {
        return false;
    }

    @Override
    public List<Row> run(Workbench bench) {
        Programs.run(bench.berth("create", "--size", "1G", "rbd/image"));
        List<Row> rows = new ArrayList<>();
        for (List<String> peer : peers()) {
            Sides<Series> values = Sides.takeTurns(
                    bench.rounds(), new Sides<>(_ -> milliseconds(bench.berth("ls")), _ -> milliseconds(peer)));
            String name = Path.of(peer.getFirst()).getFileName() + " " + peer.getLast();
            rows.add(Row.against("berth ls", Unit.MILLISECONDS, values, name, new Goal.Absolute(150)));
        }
        return rows;
    }

    private static List<List<String>> peers() {
        List<List<String>> peers = new ArrayList<>();
        peers.add(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version"));
        for (List<String> candidate : List.of(List.of("qemu-img", "--version"), List.of("rbd", "--version"))) {
            if (Programs.isInstalled(candidate.getFirst())) {
                peers.add(candidate);
            }
        }
        return peers;
    }

    private static double milliseconds(List<String> command) {
        double seconds = 0;
        for (int run = 0; run < RUNS_PER_ROUND; run++) {
            seconds += Programs.run(command).seconds();
        }
        return seconds / RUNS_PER_ROUND * 1e3;
    }
}
