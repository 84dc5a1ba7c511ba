package berth.http;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.BlockReader;
import berth.block.Source;
import berth.block.contract.SourceGenerator;
import berth.block.contract.SparseBytes;
import berth.block.contract.TestSource;
import berth.block.contract.TestSources;
import berth.source.qcow.QcowCache;
import berth.source.qcow.QcowHeader;
import berth.source.qcow.QcowImage;
import berth.source.qcow.QcowSnapshot;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Reads virtual files with Berth's own reader of qcow2, which is proven against QEMU. */
class VirtualQcow2Test {
    private static final int[] CLUSTER_BITS = {9, 12, 16, 21};

    @Test
    void everyPointInTimeOfRandomSourcesReadsTheSameThroughTheFile() {
        long seed = Long.getLong("berth.seed", System.nanoTime());
        Random random = new Random(seed);
        SourceGenerator generator = new SourceGenerator(random, new TestSources());
        for (int round = 0; round < 40; round++) {
            TestSource source = generator.next();
            int bits = CLUSTER_BITS[random.nextInt(CLUSTER_BITS.length)];
            assertSameThroughFile(source, bits, "round " + round + " of -Dberth.seed=" + seed);
        }
    }

    private static void assertSameThroughFile(Source source, int bits, String what) {
        VirtualQcow2 file = new VirtualQcow2(source, bits);
        FileStream stream = new FileStream(file);
        QcowHeader header = QcowHeader.read(stream);
        try (QcowImage image = new QcowImage(stream, header, Optional.empty(), new QcowCache())) {
            List<QcowSnapshot> snapshots = image.snapshots();
            assertThat(image.check(true)).as(what).isEmpty();
            assertThat(snapshots).as(what).hasSize(source.points().size() - 1);
            for (int i = 0; i < snapshots.size(); i++) {
                Source.Point point = source.points().get(i);
                assertThat(snapshots.get(i).name()).isEqualTo(point.name());
                assertThat(snapshots.get(i).size()).isEqualTo(point.reader().size());
                assertThat(snapshots.get(i).created()).isEqualTo(point.created().orElseThrow());
                assertSame(image.at(snapshots.get(i), Optional.empty()), point.reader(), what + ", " + point.name());
            }
            BlockReader now = source.points().getLast().reader();
            assertThat(image.head(Optional.empty()).size() - now.size())
                    .as(what)
                    .isBetween(0L, 511L);
            assertSame(image.head(Optional.empty()), now, what + ", now");
        }
    }

    private static void assertSame(BlockReader found, BlockReader expected, String what) {
        int bytes = (int) Math.min(found.size(), expected.size());
        assertThat(read(found, bytes)).as(what).isEqualTo(read(expected, bytes));
    }

    private static byte[] read(BlockReader reader, int bytes) {
        ByteBuffer all = ByteBuffer.allocate(bytes);
        reader.read(0, all);
        return all.array();
    }

    @Test
    void aDiskOf16TebibytesHasAFileWhoseTablesAreSmall() {
        SparseBytes bytes = new SparseBytes(16L << 40);
        byte[] end = {1, 2, 3};
        bytes.write((16L << 40) - 3, end);
        TestSource source = new TestSources().add().now(bytes);
        VirtualQcow2 file = new VirtualQcow2(source);
        FileStream stream = new FileStream(file);
        try (QcowImage image = new QcowImage(stream, QcowHeader.read(stream), Optional.empty(), new QcowCache())) {
            ByteBuffer found = ByteBuffer.allocate(6);
            image.head(Optional.empty()).read((16L << 40) - 6, found);
            assertThat(found.array()).isEqualTo(new byte[] {0, 0, 0, 1, 2, 3});
        }
        assertThat(file.size() - (16L << 40)).isLessThan(100L << 20);
    }

    @Test
    void anEmptyDiskIsAFile() {
        assertSameThroughFile(new TestSources().add().now(new SparseBytes(0)), 21, "empty");
    }

    /** librbd takes an unallocated cluster for one that did not change since the snapshot before. */
    @Test
    void whatWasDataAndIsGoneIsAZeroClusterAndWhatIsUnchangedIsNotCopied() {
        SparseBytes bytes = new SparseBytes(4L << 21);
        bytes.write(0, new byte[] {1}).write(1 << 21, new byte[] {2});
        TestSource source = new TestSources().add().snapshot("a", false, bytes.copy());
        bytes.zero(0, 1 << 21, false);
        source.now(bytes);
        VirtualQcow2 file = new VirtualQcow2(source);
        Geometry geometry = Geometry.of(21, 2, 4L << 21, SnapshotRecords.bytes(source.points()));

        long copied = 1L << 63;
        assertThat(entries(file, geometry.l2Offset(0, 0)))
                .containsExactly(geometry.dataOffset(0, 0) | copied, geometry.dataOffset(0, 1) | copied, 0L, 0L);
        assertThat(entries(file, geometry.l2Offset(1, 0))).containsExactly(1L, geometry.dataOffset(0, 1), 0L, 0L);
    }

    private static long[] entries(VirtualQcow2 file, long offset) {
        ByteBuffer table = ByteBuffer.allocate(4 * Long.BYTES);
        file.read(offset, table);
        long[] entries = new long[4];
        table.flip().asLongBuffer().get(entries);
        return entries;
    }
}
