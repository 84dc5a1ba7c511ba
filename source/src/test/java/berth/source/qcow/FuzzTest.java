package berth.source.qcow;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Problem;
import berth.source.stream.Stream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Images with random bytes changed are refused, found to be wrong by the check, or read; nothing else happens. {@code
 * -Dfuzz.seed=N} replays a run, {@code -Dfuzz.rounds=N} makes it longer.
 */
final class FuzzTest {
    private static final int CLUSTER_BITS = 14;
    private static final int CLUSTER = 1 << CLUSTER_BITS;
    private static final int ROUNDS = Integer.getInteger("fuzz.rounds", 4000);
    private static final int READS = 20;
    /** Where something is that can be changed: the header, the L1 table, the snapshot table, two L2 tables. */
    private static final int[] AREAS = {0, CLUSTER, 2 * CLUSTER, 3 * CLUSTER, 4 * CLUSTER};

    private int refused;
    private int found;
    private int read;

    private static byte[] sound(Random random) {
        HandmadeImage image = new HandmadeImage(CLUSTER_BITS, 40L << 20, 10)
                .l1(0, 3 * CLUSTER)
                .l1(1, 4 * CLUSTER)
                .put32(HandmadeImage.SNAPSHOTS_AT, 1)
                .put64(HandmadeImage.SNAPSHOTS_OFFSET_AT, 2 * CLUSTER)
                .put64(2 * CLUSTER, CLUSTER)
                .put32(2 * CLUSTER + 8, 2)
                .put32(2 * CLUSTER + 12, 1 << 16 | 1)
                .put32(2 * CLUSTER + 36, 16)
                .put64(2 * CLUSTER + 48, 32L << 20);
        if (random.nextBoolean()) {
            image.put64(HandmadeImage.INCOMPATIBLE_AT, 1 << 4);
        }
        for (int i = 0; i < 8; i++) {
            image.l2(3, i, (long) (5 + random.nextInt(5)) * CLUSTER);
            image.l2(4, i, 1L << 62 | (long) (5 + random.nextInt(4)) * CLUSTER);
        }
        return image.bytes();
    }

    private static byte[] changed(Random random) {
        byte[] bytes = sound(random);
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = AREAS[random.nextInt(AREAS.length)] + random.nextInt(128);
            bytes[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : bytes[at] ^ 1 << random.nextInt(8));
        }
        return random.nextInt(10) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    @Test
    void changedImagesAreRefusedFoundOrRead() {
        long seed = Long.getLong("fuzz.seed", System.nanoTime());
        System.out.println("fuzz.seed=" + seed);
        Random seeds = new Random(seed); // Those of seeds in a row begin alike.
        for (int i = 0; i < ROUNDS; i++) {
            Random random = new Random(seeds.nextLong());
            try {
                use(new CountingStream(changed(random)), random);
            } catch (RuntimeException e) {
                throw new AssertionError("image " + i + " of seed " + seed, e);
            }
        }
        assertThat(List.of(refused, found, read))
                .allSatisfy(count -> assertThat(count).isGreaterThan(ROUNDS / 100));
    }

    private void use(Stream stream, Random random) {
        List<BlockReader> points = new ArrayList<>();
        List<Finding> findings;
        try {
            QcowHeader header = QcowHeader.read(stream);
            Optional<Stream> data = header.externalData() ? Optional.of(stream) : Optional.empty();
            QcowImage image = new QcowImage(stream, header, data, new QcowCache());
            image.snapshots().forEach(snapshot -> points.add(image.at(snapshot, Optional.empty())));
            points.add(image.head(Optional.empty()));
            findings = image.check(true);
        } catch (BlockException e) {
            assertThat(e.problem()).isIn(Problem.MALFORMED, Problem.UNSUPPORTED, Problem.CORRUPT);
            refused++;
            return;
        }
        if (findings.isEmpty()) {
            read++;
        } else {
            found++;
        }
        for (BlockReader point : points) {
            readSome(point, findings.isEmpty(), random);
        }
    }

    private static void readSome(BlockReader point, boolean sound, Random random) {
        for (int i = 0; i < READS && point.size() > 0; i++) {
            int length = (int) Math.min(point.size(), 1 + random.nextInt(CLUSTER * 2));
            long offset = random.nextLong(Math.min(point.size() - length + 1, 64L * CLUSTER));
            try {
                point.extents(offset, length, (at, n, kind) -> assertThat(n).isPositive());
                point.read(offset, ByteBuffer.allocate(length));
            } catch (BlockException e) {
                assertThat(e.problem()).isEqualTo(Problem.CORRUPT);
                boolean damagedData = e.getMessage().endsWith("is damaged");
                assertThat(damagedData || !sound).as(e.getMessage()).isTrue();
            }
        }
    }
}
