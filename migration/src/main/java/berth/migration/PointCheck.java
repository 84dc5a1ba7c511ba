package berth.migration;

import berth.block.BlockReader;
import berth.block.Extent;
import berth.block.ObjectDigest;
import berth.block.ObjectHasher;
import berth.block.Progress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares one point in time of a disk with what a receipt states of it. Reads with several threads; where metadata say
 * that there is nothing, it takes zeroes for read, as every reader does.
 */
final class PointCheck {
    private static final int WORKERS = 2;
    private static final ObjectDigest ZERO = ObjectHasher.point(ByteBuffer.allocate(0));

    private final BlockReader reader;
    private final ReceiptStatement.Content content;
    private final RangeCollector collector;
    private final Progress progress;
    private final List<ByteBuffer> buffers = new ArrayList<>();
    private long done;

    private PointCheck(BlockReader reader, ReceiptStatement.Content content, long rangeObjects, Progress progress) {
        this.reader = reader;
        this.content = content;
        this.collector = new RangeCollector(content.objects(), 1, rangeObjects);
        this.progress = progress;
    }

    /**
     * Compares.
     *
     * @param reader the point in time as it is now; what lies after its end counts as zeroes
     * @param point its number in the receipt
     * @param progress counts objects
     * @return the ranges that differ, in order
     */
    static List<ReceiptFindings.Range> differences(
            BlockReader reader, ReceiptStatement.Content content, int point, Progress progress) {
        RangeDigests stated = content.ranges().orElseThrow();
        PointCheck check = new PointCheck(reader, content, stated.objects(), progress);
        List<String> found = check.roots();
        long rangeBytes = stated.objects() * content.objectBytes();
        List<ReceiptFindings.Range> differing = new ArrayList<>();
        for (int i = 0; i < found.size(); i++) {
            if (!found.get(i).equals(stated.points().get(point).get(i))) {
                differing.add(new ReceiptFindings.Range(i * rangeBytes, rangeBytes));
            }
        }
        return differing;
    }

    private List<String> roots() {
        int workers = Math.min(WORKERS, Runtime.getRuntime().availableProcessors());
        for (int i = 0; i < workers; i++) {
            buffers.add(ByteBuffer.allocateDirect((int) content.objectBytes()));
        }
        new ObjectLoop(content.objects(), workers, this::add).run();
        return collector.ranges().points().getFirst();
    }

    private void add(long object, int worker) {
        collector.add(object, List.of(digest(object * content.objectBytes(), buffers.get(worker))));
        count();
    }

    private ObjectDigest digest(long offset, ByteBuffer buffer) {
        int length = Math.clamp(reader.size() - offset, 0, (int) content.objectBytes());
        boolean[] data = new boolean[1];
        if (length > 0) {
            reader.extents(offset, length, (_, _, kind) -> data[0] |= kind == Extent.Kind.DATA);
        }
        if (!data[0]) {
            return ZERO;
        }
        reader.read(offset, buffer.clear().limit(length));
        return ObjectHasher.point(buffer.flip());
    }

    private synchronized void count() {
        done++;
        progress.step(done, content.objects());
    }
}
