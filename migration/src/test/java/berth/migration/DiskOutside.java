package berth.migration;

import berth.block.BlockException;
import berth.block.ExtentSink;
import berth.block.Problem;
import berth.block.Source;
import berth.block.SourceOpener;
import berth.block.contract.SparseBytes;
import berth.block.contract.TestSource;
import berth.block.contract.TestSources;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A disk outside the store whose validators a test can change, and which can go away. */
final class DiskOutside implements Source, SourceOpener {
    final Map<String, String> validators =
            new TreeMap<>(Map.of("/disks/vm.raw mtime", "1", "/disks/vm.raw size", "20"));
    boolean gone;

    private final TestSource bytes;

    private DiskOutside(TestSource bytes) {
        this.bytes = bytes;
    }

    /** A disk without snapshots. */
    static DiskOutside of(SparseBytes now) {
        return new DiskOutside(new TestSources().add().now(now));
    }

    /** A disk with a protected snapshot. */
    static DiskOutside of(String snapshot, SparseBytes then, SparseBytes now) {
        return new DiskOutside(
                new TestSources().add().snapshot(snapshot, true, then).now(now));
    }

    @Override
    public Source open(String description) {
        if (gone) {
            throw new BlockException(Problem.SOURCE_NOT_FOUND, "/disks/vm.raw: No such file or directory");
        }
        return this;
    }

    @Override
    public List<Point> points() {
        return bytes.points();
    }

    @Override
    public void changes(int point, long offset, long length, ExtentSink sink) {
        bytes.changes(point, offset, length, sink);
    }

    @Override
    public Map<String, String> validators() {
        return Map.copyOf(validators);
    }

    @Override
    public String description() {
        return "{\"type\":\"raw\"}";
    }

    @Override
    public void close() {}
}
