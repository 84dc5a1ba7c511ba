package berth.bench;

import java.util.List;

/**
 * What a guest does with its disk.
 *
 * @param what its name in the report
 * @param job the requests
 * @param unit what is counted
 */
record Load(String what, Fio job, Unit unit) {
    private static final int BLOCK = 4 << 10;
    private static final int STREAM = 1 << 20;

    /** Small requests at random places, one and many at a time, and large ones one after the other. */
    static final List<Load> ALL = List.of(
            new Load("4 KiB random read, depth 1", new Fio("randread", BLOCK, 1), Unit.IOPS),
            new Load("4 KiB random read, depth 32", new Fio("randread", BLOCK, 32), Unit.IOPS),
            new Load("4 KiB random write, depth 1", new Fio("randwrite", BLOCK, 1), Unit.IOPS),
            new Load("4 KiB random write, depth 32", new Fio("randwrite", BLOCK, 32), Unit.IOPS),
            new Load("1 MiB sequential read, depth 4", new Fio("read", STREAM, 4), Unit.MIB_PER_SECOND),
            new Load("1 MiB sequential write, depth 4", new Fio("write", STREAM, 4), Unit.MIB_PER_SECOND));

    boolean writes() {
        return job.pattern().endsWith("write");
    }

    /** Runs it on a disk for some seconds; the value in its unit. */
    double run(Fio.Disk disk, int seconds, int round) {
        double rate = job.run(disk, seconds, round);
        return unit == Unit.IOPS ? rate : rate * job.blockBytes() / (1 << 20);
    }
}
