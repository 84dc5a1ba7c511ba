package berth.migration;

import berth.block.BlockException;
import berth.block.Fill;
import berth.block.ObjectDigest;
import berth.block.Problem;
import berth.block.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Reads every object again and compares its digest with the one that was recorded when it was copied. Goes on after a
 * difference, so that all are counted. Gives way to clients like the {@link Copier}.
 */
final class Verifier {
    /** How many differing objects a message names. */
    static final int NAMED = 8;

    private final Fill fill;
    private final Pacer pacer;
    private final TimeSource time;
    private final boolean sourceToo;
    private final RangeCollector ranges;
    private final Progress progress;
    private final ObjectLoop loop;
    private final SortedSet<Long> wrongInTarget = new TreeSet<>();
    private final SortedSet<Long> wrongInSource = new TreeSet<>();
    private long done;

    /**
     * A verifier.
     *
     * @param points how many points in time the disk has
     * @param sourceToo whether to read the source again, too
     * @param progress counts objects; called by one thread at a time
     */
    Verifier(Fill fill, TimeSource time, int points, boolean sourceToo, Progress progress) {
        this.fill = fill;
        this.time = time;
        this.pacer = Pacer.forClients(fill, time);
        this.sourceToo = sourceToo;
        this.progress = progress;
        this.ranges = new RangeCollector(fill.objects(), points, RangeDigests.rangeObjects(fill.objects(), points));
        this.loop = new ObjectLoop(fill.objects(), fill.usefulThreads(sourceToo), this::check);
    }

    /**
     * Compares everything.
     *
     * @return the digests of what the target holds
     * @throws BlockException {@link Problem#CORRUPT} that names the first differing objects, and counts them
     */
    RangeDigests run() {
        requireAllFilled(fill);
        loop.run();
        List<String> differences = new ArrayList<>();
        describe("the target", wrongInTarget, differences);
        describe("the source", wrongInSource, differences);
        if (!differences.isEmpty()) {
            throw new BlockException(
                    Problem.CORRUPT,
                    "verification failed: " + String.join("; ", differences)
                            + ". Abort the migration and prepare it again; nothing was committed",
                    differences);
        }
        return ranges.ranges();
    }

    /** @throws BlockException {@link Problem#CORRUPT} when an object has no digest although everything was copied */
    static void requireAllFilled(Fill fill) {
        if (fill.filledObjects() != fill.objects()) {
            throw new BlockException(
                    Problem.CORRUPT,
                    "only " + fill.filledObjects() + " of " + fill.objects()
                            + " objects have a digest, although the migration is executed");
        }
    }

    private void check(long object, int worker) {
        pacer.before(worker, loop::stopping);
        long begun = time.nanos();
        ObjectDigest recorded = fill.recorded(object);
        List<ObjectDigest> points = new ArrayList<>();
        boolean targetEqual = fill.reread(object, points::add).equals(recorded);
        ranges.add(object, points);
        boolean sourceEqual = !sourceToo || fill.sourceDigest(object).equals(recorded);
        long worked = time.nanos() - begun;
        count(object, targetEqual, sourceEqual);
        pacer.after(fill.objectBytes(), worked, loop::stopping);
    }

    private synchronized void count(long object, boolean targetEqual, boolean sourceEqual) {
        if (!targetEqual) {
            wrongInTarget.add(object);
        }
        if (!sourceEqual) {
            wrongInSource.add(object);
        }
        done++;
        progress.step(done, fill.objects());
    }

    private void describe(String where, SortedSet<Long> wrong, List<String> to) {
        if (wrong.isEmpty()) {
            return;
        }
        StringBuilder text = new StringBuilder()
                .append(wrong.size())
                .append(" of ")
                .append(fill.objects())
                .append(" objects of ")
                .append(where)
                .append(" differ from what was copied, at bytes ");
        String separator = "";
        for (long object : wrong.stream().limit(NAMED).toList()) {
            long start = object * fill.objectBytes();
            text.append(separator).append(start).append('-').append(start + fill.objectBytes() - 1);
            separator = ", ";
        }
        if (wrong.size() > NAMED) {
            text.append(" and more");
        }
        to.add(text.toString());
    }
}
