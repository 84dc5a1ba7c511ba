package berth.server;

import berth.block.Extent;
import berth.block.ExtentMerger;
import berth.block.ExtentSink;
import berth.block.Image;
import berth.block.Snapshot;
import berth.block.Source;
import berth.source.spec.NativeSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A snapshot of an image as a source, with the snapshots before it. The snapshot is the disk as it is now, and also the
 * last point of the history unless that is not wanted.
 */
final class NativeSource implements Source {
    private final NativeSpec spec;
    private final Runnable closer;
    private final List<Snapshot> history;
    private final List<Image> images;
    private final List<Point> points = new ArrayList<>();

    /**
     * @param spec what names the last snapshot, and says whether it is carried over as a snapshot
     * @param history the snapshots, oldest first
     * @param images the open snapshots in the same order; closed with this source
     * @param closer is run when this is closed
     */
    NativeSource(NativeSpec spec, List<Snapshot> history, List<Image> images, Runnable closer) {
        this.spec = spec;
        this.closer = closer;
        this.history = List.copyOf(history);
        this.images = List.copyOf(images);
        for (int i = 0; i < images.size() - (spec.asDisk() ? 1 : 0); i++) {
            Snapshot s = history.get(i);
            points.add(new Point(s.name(), s.isProtected(), Optional.of(s.created()), images.get(i)));
        }
        points.add(new Point("", false, Optional.empty(), images.getLast()));
    }

    @Override
    public List<Point> points() {
        return List.copyOf(points);
    }

    @Override
    public void changes(int point, long offset, long length, ExtentSink sink) {
        if (!spec.asDisk() && point == images.size()) { // the disk as it is now is the last snapshot
            if (length > 0) {
                sink.accept(offset, length, Extent.Kind.UNALLOCATED);
            }
            return;
        }
        Optional<String> from = point == 0
                ? Optional.empty()
                : Optional.of(history.get(point - 1).name());
        ExtentMerger merger = new ExtentMerger(sink);
        long[] covered = {offset};
        images.get(point).diff(from, offset, length, (at, bytes, _) -> {
            merger.accept(covered[0], at - covered[0], Extent.Kind.UNALLOCATED);
            merger.accept(at, bytes, Extent.Kind.DATA);
            covered[0] = at + bytes;
        });
        merger.accept(covered[0], offset + length - covered[0], Extent.Kind.UNALLOCATED);
        merger.finish();
    }

    /** A snapshot never changes; what tells it from another one is its image's id and its own. */
    @Override
    public Map<String, String> validators() {
        Map<String, String> validators = new LinkedHashMap<>();
        for (int i = 0; i < images.size(); i++) {
            Snapshot s = history.get(i);
            String image = images.get(i).info().id();
            validators.put(s.name(), "image " + image + " snapshot " + s.id() + " size " + s.size());
        }
        return validators;
    }

    @Override
    public String description() {
        return spec.toJson();
    }

    @Override
    public void close() {
        images.forEach(Image::close);
        closer.run();
    }
}
