package berth.bench;

import java.util.List;

/** One question to the programs, answered by rows. */
public interface Measurement {
    /** The word that selects it on the command line. */
    String name();

    /** What is measured and how, in a sentence or two for the report. */
    String described();

    /** Whether the answer depends on the file system below; if not, it is asked once only. */
    boolean dependsOnPlace();

    /**
     * Measures. Whatever it started is stopped when it returns.
     *
     * @throws BenchException when a program fails, with what it said
     */
    List<Row> run(Workbench bench);
}
