package berth.source.spec;

import java.util.List;

/**
 * A raw disk, with raw snapshots of it.
 *
 * @param stream the disk as it is now
 * @param snapshots its snapshots, oldest first
 */
public record RawSpec(StreamSpec stream, List<Snapshot> snapshots) implements DiskSpec {
    /**
     * A snapshot.
     *
     * @param name its name
     * @param stream its bytes
     */
    public record Snapshot(String name, StreamSpec stream) {}

    public RawSpec {
        snapshots = List.copyOf(snapshots);
    }
}
