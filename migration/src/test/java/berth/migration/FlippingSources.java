package berth.migration;

import berth.block.BlockReader;
import berth.block.ExtentSink;
import berth.block.Source;
import berth.block.SourceOpener;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** Opens sources from which, on demand, one byte arrives wrong, as from bad memory or a bad wire. */
final class FlippingSources implements SourceOpener {
    private static final long NOWHERE = -1;

    private final SourceOpener to;
    private volatile long flipAt = NOWHERE;

    FlippingSources(SourceOpener to) {
        this.to = to;
    }

    /** From now on, the byte at this offset arrives with its lowest bit flipped. */
    void flip(long offset) {
        flipAt = offset;
    }

    void stop() {
        flipAt = NOWHERE;
    }

    @Override
    public Source open(String description) {
        return new Flipping(to.open(description));
    }

    private final class Flipping implements Source {
        private final Source from;

        Flipping(Source from) {
            this.from = from;
        }

        @Override
        public List<Point> points() {
            return from.points().stream()
                    .map(point ->
                            new Point(point.name(), point.isProtected(), point.created(), new Reader(point.reader())))
                    .toList();
        }

        @Override
        public void changes(int point, long offset, long length, ExtentSink sink) {
            from.changes(point, offset, length, sink);
        }

        @Override
        public Map<String, String> validators() {
            return from.validators();
        }

        @Override
        public String description() {
            return from.description();
        }

        @Override
        public void close() {
            from.close();
        }
    }

    private final class Reader implements BlockReader {
        private final BlockReader from;

        Reader(BlockReader from) {
            this.from = from;
        }

        @Override
        public long size() {
            return from.size();
        }

        @Override
        public void read(long offset, ByteBuffer into) {
            int start = into.position();
            from.read(offset, into);
            long at = flipAt - offset;
            if (flipAt != NOWHERE && at >= 0 && at < into.position() - start) {
                int index = start + (int) at;
                into.put(index, (byte) (into.get(index) ^ 1));
            }
        }

        @Override
        public void extents(long offset, long length, ExtentSink sink) {
            from.extents(offset, length, sink);
        }

        @Override
        public void close() {
            from.close();
        }
    }
}
