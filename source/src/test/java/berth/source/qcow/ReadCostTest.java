package berth.source.qcow;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Extent;
import berth.source.qcow.CountingStream.Read;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;

/** How often an image's file is read. */
final class ReadCostTest {
    private static final int CLUSTER = 1 << 16;

    private static QcowReader open(CountingStream stream) {
        QcowHeader header = QcowHeader.read(stream);
        QcowReader reader = new QcowImage(stream, header, Optional.empty(), new QcowCache()).head(Optional.empty());
        stream.reads.clear();
        return reader;
    }

    private static ByteBuffer read(QcowReader reader, long offset, int length) {
        ByteBuffer into = ByteBuffer.allocateDirect(length);
        reader.read(offset, into);
        return into.flip();
    }

    @Test
    void extentsOfALargeEmptyImageReadTheL1TableAlone() {
        CountingStream stream = new CountingStream(new HandmadeImage(16, 2L << 40, 3));
        QcowReader reader = open(stream);
        List<Extent> extents = new ArrayList<>();
        reader.extents(0, reader.size(), (offset, length, kind) -> extents.add(new Extent(offset, length, kind)));
        assertThat(extents).containsExactly(new Extent(0, 2L << 40, Extent.Kind.UNALLOCATED));
        assertThat(stream.reads).containsExactly(new Read(CLUSTER, 4096 * Long.BYTES));
    }

    @Test
    void neighbouringClustersAreReadAtOnceAndTablesOnce() {
        HandmadeImage image = new HandmadeImage(16, 1 << 20, 20).l1(0, 2 * CLUSTER);
        for (int i = 0; i < 16; i++) {
            // The last four lie before the others.
            image.l2(2, i, (long) (i < 12 ? 7 + i : 3 + i - 12) * CLUSTER);
        }
        CountingStream stream = new CountingStream(image);
        QcowReader reader = open(stream);
        read(reader, 100, (1 << 20) - 200);
        assertThat(stream.reads)
                .containsExactly(
                        new Read(CLUSTER, Long.BYTES),
                        new Read(2 * CLUSTER, CLUSTER),
                        new Read(7 * CLUSTER + 100, 12 * CLUSTER - 100),
                        new Read(3 * CLUSTER, 4 * CLUSTER - 100));
        stream.reads.clear();
        read(reader, 0, 4096);
        assertThat(stream.reads).containsExactly(new Read(7 * CLUSTER, 4096));
    }

    @Test
    void aCompressedClusterReadInStepsIsDecompressedOnce() {
        CountingStream stream = new CountingStream(withCompressedCluster());
        QcowReader reader = open(stream);
        for (int at = 0; at < CLUSTER; at += 4096) {
            assertThat(read(reader, at, 4096).get(17)).isEqualTo((byte) (at / 4096));
        }
        assertThat(stream.reads)
                .containsExactly(
                        new Read(CLUSTER, Long.BYTES), new Read(2 * CLUSTER, CLUSTER), new Read(3 * CLUSTER + 7, 505));
    }

    @Test
    void wholeCompressedClustersAreNotKept() {
        CountingStream stream = new CountingStream(withCompressedCluster());
        QcowReader reader = open(stream);
        for (int i = 0; i < 2; i++) {
            assertThat(read(reader, 0, CLUSTER).get(CLUSTER - 1)).isEqualTo((byte) 15);
        }
        assertThat(stream.reads).hasSize(4);
    }

    /** A compressed cluster, at an odd offset, whose bytes say which 4 KiB they are in. */
    private static HandmadeImage withCompressedCluster() {
        byte[] plain = new byte[CLUSTER];
        for (int i = 0; i < CLUSTER; i++) {
            plain[i] = (byte) (i / 4096);
        }
        byte[] compressed = new byte[505];
        try (Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true)) {
            deflater.setInput(plain);
            deflater.finish();
            assertThat(deflater.deflate(compressed)).isLessThan(compressed.length);
        }
        return HandmadeImage.small()
                .l1(0, 2 * CLUSTER)
                .l2(2, 0, 1L << 62 | (3 * CLUSTER + 7))
                .put(3 * CLUSTER + 7, compressed);
    }
}
