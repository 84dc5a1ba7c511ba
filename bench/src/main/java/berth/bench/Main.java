package berth.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs the measurements that were asked for; see {@link Options#USAGE}. */
public final class Main {
    private static final List<Measurement> ALL = List.of(
            new NbdSpeed(),
            new ImportDisk(),
            new CephCopies(),
            new CephPrepare(),
            new CephSpeed(),
            new PrepareTime(),
            new SnapshotDepth(),
            new InstantCopies(),
            new CommandStart(),
            new ServerMemory());

    private final Path home;
    private final Options options;
    private final Report report = new Report();

    private Main(Path home, Options options) {
        this.home = home;
        this.options = options;
    }

    /** Exits with 0 when all measurements were made, 1 when one failed, 2 when the arguments are wrong. */
    public static void main(String[] args) {
        Map<String, Measurement> known = new LinkedHashMap<>();
        ALL.forEach(measurement -> known.put(measurement.name(), measurement));
        String usage = Options.USAGE.formatted(String.join(", ", known.keySet()));
        if (List.of(args).contains("--help")) {
            System.out.print(usage);
            return;
        }
        Path home = Path.of(System.getProperty("berth.home")).toAbsolutePath();
        try {
            Options options = Options.parse(List.of(args), known.keySet(), home);
            new Main(home, options).run(List.of(args));
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage() + "\n\n" + usage);
            System.exit(2);
        } catch (BenchException | IOException e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(1);
        }
    }

    private void run(List<String> arguments) throws IOException {
        boolean first = true;
        for (Path place : options.places()) {
            for (Measurement measurement : ALL) {
                boolean wanted = options.only().isEmpty() || options.only().contains(measurement.name());
                if (wanted && (first || measurement.dependsOnPlace())) {
                    measure(measurement, place);
                }
            }
            first = false;
        }
        Files.writeString(options.result(), report.text(facts(arguments)));
        System.out.println("written to " + options.result());
    }

    private void measure(Measurement measurement, Path place) throws IOException {
        Path directory = Files.createTempDirectory(place, "berth-bench");
        String fileSystem = Machine.fileSystem(place);
        Workbench bench = new Workbench(directory, home.resolve("berth"), options.rounds(), options.seconds());
        System.out.println("measuring " + measurement.name() + " on " + fileSystem + " ...");
        try {
            List<Row> rows = measurement.run(bench);
            report.add(measurement, fileSystem, rows);
            System.out.println(Report.table(fileSystem, rows));
        } finally {
            bench.remove();
        }
    }

    private List<String> facts(List<String> arguments) {
        Optional<String> commit =
                Programs.version("git", "-C", home.toString(), "describe", "--always", "--dirty", "--abbrev=12");
        return List.of(
                "Machine: " + Machine.hardware(),
                "Programs: " + Machine.programs(),
                "Berth: " + commit.orElse("not a checkout") + ", " + LocalDate.now(ZoneOffset.UTC),
                "Command: `bench/run " + String.join(" ", arguments) + "`, " + options.rounds()
                        + " rounds, timed jobs of " + options.seconds() + " s");
    }
}
