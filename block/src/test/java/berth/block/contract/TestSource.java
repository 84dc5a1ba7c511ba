package berth.block.contract;

import berth.block.Extent;
import berth.block.ExtentMerger;
import berth.block.ExtentSink;
import berth.block.Source;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A source in memory: snapshots and a disk, each {@link SparseBytes}. Which bytes changed from point to point is exact at
 * 4 KiB when each point was made as a copy of the one before.
 */
public final class TestSource implements Source {
    /** When the first snapshot of every test source was taken; each next one a minute later. */
    public static final Instant FIRST_TAKEN = Instant.parse("2024-02-29T12:00:00Z");

    private final String name;
    private final List<SparseBytes> bytes = new ArrayList<>();
    private final List<Point> points = new ArrayList<>();

    TestSource(String name) {
        this.name = name;
    }

    /** Adds a snapshot. Changes of {@code point} after this call change the source. */
    public TestSource snapshot(String snapshot, boolean isProtected, SparseBytes point) {
        Instant taken = FIRST_TAKEN.plusSeconds(60L * points.size());
        points.add(new Point(snapshot, isProtected, Optional.of(taken), point));
        bytes.add(point);
        return this;
    }

    /** Adds the disk as it is now; nothing can be added after it. */
    public TestSource now(SparseBytes point) {
        points.add(new Point("", false, Optional.empty(), point));
        bytes.add(point);
        return this;
    }

    @Override
    public List<Point> points() {
        return List.copyOf(points);
    }

    @Override
    public void changes(int point, long offset, long length, ExtentSink sink) {
        ExtentMerger merger = new ExtentMerger(sink);
        long[] at = {offset};
        bytes.get(point).changes(point == 0 ? null : bytes.get(point - 1), offset, length, (start, n, exists) -> {
            merger.accept(at[0], start - at[0], Extent.Kind.UNALLOCATED);
            merger.accept(start, n, Extent.Kind.DATA);
            at[0] = start + n;
        });
        merger.accept(at[0], offset + length - at[0], Extent.Kind.UNALLOCATED);
        merger.finish();
    }

    @Override
    public Map<String, String> validators() {
        return Map.of(name, Long.toString(bytes.getLast().size()));
    }

    @Override
    public String description() {
        return "{\"type\":\"test\",\"name\":\"" + name + "\"}";
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return name + bytes.stream().map(SparseBytes::size).toList();
    }
}
