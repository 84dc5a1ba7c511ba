package berth.source;

import berth.block.BlockReader;
import berth.block.Extent;
import berth.block.ExtentMerger;
import berth.block.ExtentSink;
import berth.block.Limits;
import berth.block.Source;
import berth.source.qcow.Finding;
import berth.source.qcow.QcowReader;
import berth.source.spec.SourceSpec;
import berth.source.stream.Stream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A source in files: a chain of images, or a raw disk with raw snapshots. */
public final class DiskSource implements Source {
    private final SourceSpec spec;
    private final List<ChainMember> members;
    private final List<Point> points;

    /** @param members all images, the head's first; the source owns them */
    DiskSource(SourceSpec spec, List<ChainMember> members, List<Point> points) {
        this.spec = spec;
        this.members = List.copyOf(members);
        this.points = List.copyOf(points);
    }

    @Override
    public List<Point> points() {
        return points;
    }

    @Override
    public void changes(int point, long offset, long length, ExtentSink sink) {
        BlockReader now = points.get(point).reader();
        Limits.checkRange(offset, length, now.size());
        if (length == 0) {
            return;
        }
        if (point == 0) {
            ExtentMerger merger = new ExtentMerger(sink);
            now.extents(offset, length, (at, n, kind) -> accept(merger, at, n, kind == Extent.Kind.DATA));
            merger.finish();
            return;
        }
        BlockReader before = points.get(point - 1).reader();
        // Two qcow2 readers of one source are two points in time of one image.
        if (before instanceof QcowReader earlier && now instanceof QcowReader later) {
            later.changesSince(earlier, offset, length, sink);
        } else {
            changesByExtents(before, now, new Extent(offset, length, Extent.Kind.DATA), sink);
        }
    }

    /** What is zero in both points did not change; nothing more can be told without reading. */
    private static void changesByExtents(BlockReader before, BlockReader now, Extent range, ExtentSink sink) {
        ExtentMerger merger = new ExtentMerger(sink);
        now.extents(range.offset(), range.length(), (at, length, kind) -> {
            if (kind == Extent.Kind.DATA) {
                accept(merger, at, length, true);
                return;
            }
            long there = Math.clamp(before.size() - at, 0, length);
            if (there > 0) {
                before.extents(at, there, (from, n, was) -> accept(merger, from, n, was == Extent.Kind.DATA));
            }
            accept(merger, at + there, length - there, false);
        });
        merger.finish();
    }

    private static void accept(ExtentMerger merger, long offset, long length, boolean changed) {
        merger.accept(offset, length, changed ? Extent.Kind.DATA : Extent.Kind.UNALLOCATED);
    }

    /** The validators of all files, each under the file's name and its own: {@code /mnt/image.raw mtime_ns}. */
    @Override
    public Map<String, String> validators() {
        Map<String, String> validators = new TreeMap<>();
        for (ChainMember member : members) {
            for (Stream stream : member.streams()) {
                stream.validators().forEach((key, value) -> validators.put(stream.name() + " " + key, value));
            }
        }
        return validators;
    }

    @Override
    public String description() {
        return spec.toJson();
    }

    /** The files, the head's first. */
    public List<ChainFile> files() {
        return members.stream().map(ChainMember::describe).toList();
    }

    /**
     * Walks all tables that describe a part of the disk at any of its points in time.
     *
     * @return the problems; none means that reading cannot fail on the format, except where a compressed cluster's data are
     *     damaged
     */
    public List<Finding> check() {
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            // Snapshots of backing files are not points of this source.
            findings.addAll(members.get(i).check(i == 0));
        }
        return findings;
    }

    @Override
    public void close() {
        members.forEach(ChainMember::close);
    }
}
