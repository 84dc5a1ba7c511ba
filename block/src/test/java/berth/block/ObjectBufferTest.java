package berth.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** An {@link ObjectBuffer} against an array of bytes. */
class ObjectBufferTest {
    private static final int SPAN = 64 << 10;
    private static final int OPERATIONS = 2_000;

    @Test
    void holdsWhatAnArrayHoldsAfterAnyOperations() {
        long seed = Long.getLong("berth.seed", System.nanoTime());
        System.out.println("berth.seed=" + seed);
        Random random = new Random(seed);
        ObjectBuffer buffer = new ObjectBuffer();
        byte[] model = new byte[SPAN];
        for (int i = 0; i < OPERATIONS; i++) {
            int start = boundary(random, SPAN - 1);
            int end = Math.max(start + 1, boundary(random, SPAN));
            if (random.nextInt(3) == 0) {
                buffer.zero(start, end);
                Arrays.fill(model, start, end, (byte) 0);
            } else {
                byte[] data = new byte[end - start];
                if (random.nextInt(4) != 0) {
                    random.nextBytes(data);
                }
                buffer.claim(start, end).put(data);
                System.arraycopy(data, 0, model, start, data.length);
            }
            if (random.nextInt(5) == 0) {
                buffer.normalize(SPAN);
                assertNormal(buffer, model);
            }
            assertThat(content(buffer)).as("operation %d", i).isEqualTo(model);
        }
    }

    @Test
    void tellsWhereABufferDiffersFromAnother() {
        ObjectBuffer before = new ObjectBuffer();
        ObjectBuffer now = new ObjectBuffer();
        before.claim(0, 4 * 4096).put(bytes(4 * 4096, 1));
        now.claim(0, 4096).put(bytes(4096, 1));
        now.claim(2 * 4096, 5 * 4096 + 10).put(bytes(4096, 1)).put(bytes(2 * 4096 + 10, 2));
        List<String> told = new ArrayList<>();

        now.differences(before, 5 * 4096 + 10, (at, n, kind) -> told.add(at + "+" + n + " " + kind));

        assertThat(told)
                .containsExactly("0+4096 UNALLOCATED", "4096+4096 ZERO", "8192+4096 UNALLOCATED", "12288+8202 DATA");
    }

    private static byte[] bytes(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    private static int boundary(Random random, int bound) {
        int at = random.nextInt(bound + 1);
        return random.nextBoolean() ? at : at & -4096;
    }

    private static byte[] content(ObjectBuffer buffer) {
        byte[] bytes = new byte[SPAN];
        BitSet present = present(buffer);
        for (int at = 0; at < SPAN; at += 4096) {
            if (present.get(at / 4096)) {
                buffer.slice(at, at + 4096).get(bytes, at, 4096);
            }
        }
        return bytes;
    }

    /** What differs from a buffer that is all zero. */
    private static BitSet present(ObjectBuffer buffer) {
        BitSet present = new BitSet();
        buffer.differences(
                new ObjectBuffer(),
                SPAN,
                (at, n, kind) -> present.set((int) (at / 4096), (int) ((at + n) / 4096), kind == Extent.Kind.DATA));
        return present;
    }

    private static void assertNormal(ObjectBuffer buffer, byte[] model) {
        BitSet present = present(buffer);
        for (int at = 0; at < SPAN; at += 4096) {
            boolean zero = ByteBuffer.wrap(model, at, 4096).equals(ByteBuffer.allocate(4096));
            assertThat(present.get(at / 4096)).isEqualTo(!zero);
        }
    }
}
