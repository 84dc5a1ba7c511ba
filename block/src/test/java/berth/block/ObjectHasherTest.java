package berth.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Digests of objects, and the hashes that they are made of. */
final class ObjectHasherTest {
    private static final int BLOCK = ObjectHasher.BLOCK_BYTES;

    /** An object of a hole, two blocks of data, and 5 bytes of a last one. */
    private static byte[] object() {
        byte[] object = new byte[3 * BLOCK + 5];
        for (int i = BLOCK; i < object.length; i++) {
            object[i] = (byte) ((i * 31) >> 3);
        }
        return object;
    }

    @Test
    void digestsStayWhatTheyAreSoThatOldReceiptsCanBeChecked() {
        assertThat(ObjectHasher.point(ByteBuffer.wrap(object()))).hasToString("21b3bff77cb65f53a3b1d4a5277c3455");
        assertThat(ObjectHasher.point(ByteBuffer.allocate(0))).hasToString("99aa06d3014798d86001c324468d497f");
        assertThat(ObjectHasher.object(List.of(new ObjectDigest(1, 2), new ObjectDigest(3, 4))))
                .hasToString("93e085440feb4ed733491ce3a4ecfabd");
    }

    @Test
    void digestIsTheSameForMemoryInsideAndOutsideOfTheHeap() {
        byte[] object = object();
        ByteBuffer direct = ByteBuffer.allocateDirect(object.length).put(object).flip();
        assertThat(ObjectHasher.point(direct)).isEqualTo(ObjectHasher.point(ByteBuffer.wrap(object)));
    }

    @Test
    void libraryComputesWhatJavaDoes() {
        assumeTrue(NativeXxh3.isAvailable(), "libxxhash is installed");
        long seed = Long.getLong("berth.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            try (NativeXxh3 library = NativeXxh3.open();
                    JavaXxh3 java = new JavaXxh3();
                    Arena arena = Arena.ofConfined()) {
                for (int piece = random.nextInt(6); piece > 0; piece--) {
                    long number = random.nextLong();
                    library.add(number);
                    java.add(number);
                    byte[] bytes = new byte[random.nextInt(1 << random.nextInt(1, 18))];
                    random.nextBytes(bytes);
                    MemorySegment heap = MemorySegment.ofArray(bytes);
                    library.add(
                            random.nextBoolean()
                                    ? heap
                                    : arena.allocate(bytes.length).copyFrom(heap));
                    java.add(heap);
                }
                assertThat(library.get())
                        .as("round %d, -Dberth.seed=%d", round, seed)
                        .isEqualTo(java.get());
            }
        }
    }
}
