package berth.source.qcow;

import berth.source.qcow.Run.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Looks at all tables of an image, at one point in time after another. A table that several points share is looked at
 * once. The work is bounded, whatever an image says. For one thread.
 */
final class MetadataWalk {
    private static final int MAX_FINDINGS = 1000;
    /** More than an image of 16 TiB needs; so the set of tables seen takes at most 128 MiB. */
    private static final int MAX_TABLES = 8 << 20;

    private static final long MAX_L1_ENTRIES = 256 << 20;

    private final String file;
    private final boolean tablesBelongToOnePlace;
    private final LongSet seen = new LongSet();
    private final List<Finding> findings = new ArrayList<>();
    private long l1Entries;
    private boolean ended;

    /** @param tablesBelongToOnePlace whether a table that is right at one place of the disk can be wrong at another */
    MetadataWalk(String file, boolean tablesBelongToOnePlace) {
        this.file = file;
        this.tablesBelongToOnePlace = tablesBelongToOnePlace;
    }

    List<Finding> findings() {
        return findings;
    }

    /**
     * Looks at a point in time.
     *
     * @param point how findings call it
     * @param size the size of its disk; what tables say beyond it is not looked at
     */
    void add(String point, ClusterMap map, long size) {
        long described = Math.min(size, map.describedBytes());
        for (long at = 0; at < described && !ended; at = map.nextTable(at)) {
            if (++l1Entries > MAX_L1_ENTRIES || seen.size() > MAX_TABLES) {
                end("the image has more tables than a disk of 16 TiB needs");
                return;
            }
            long table = map.tableOffset(at);
            // The last table of a point is looked at as far as the disk goes, so it may have to be looked at again.
            boolean whole = map.nextTable(at) <= size;
            if (table != 0 && (!whole || tablesBelongToOnePlace || seen.add(table))) {
                lookAtTable(point, map, at, Math.min(map.nextTable(at), size));
            }
        }
    }

    private void lookAtTable(String point, ClusterMap map, long start, long end) {
        long at = start;
        while (at < end && !ended) {
            Run run = map.run(at, end - at);
            long next = at + run.length();
            if (run.kind() == Kind.BROKEN) {
                findings.add(new Finding(file, point + "disk offset " + at, map.explain(at)));
                if (findings.size() >= MAX_FINDINGS) {
                    end("there may be more problems; only the first " + MAX_FINDINGS + " are listed");
                }
                // One problem of a cluster is enough, however many subclusters it has.
                next = Math.max(next, map.nextCluster(at));
            }
            at = next;
        }
    }

    private void end(String why) {
        ended = true;
        findings.add(new Finding(file, "", why));
    }
}
