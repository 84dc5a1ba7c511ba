package berth.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
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

    private static int boundary(Random random, int bound) {
        int at = random.nextInt(bound + 1);
        return random.nextBoolean() ? at : at & -4096;
    }

    private static byte[] content(ObjectBuffer buffer) {
        byte[] bytes = new byte[SPAN];
        for (int at = 0; at < SPAN; at += 4096) {
            if (buffer.present().get(at / 4096)) {
                buffer.slice(at, at + 4096).get(bytes, at, 4096);
            }
        }
        return bytes;
    }

    private static void assertNormal(ObjectBuffer buffer, byte[] model) {
        for (int at = 0; at < SPAN; at += 4096) {
            boolean zero = ByteBuffer.wrap(model, at, 4096).equals(ByteBuffer.allocate(4096));
            assertThat(buffer.present().get(at / 4096)).isEqualTo(!zero);
        }
    }
}
