package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Image;
import berth.block.Limits;
import berth.block.Problem;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading and writing. */
abstract class ImageIoContract extends ContractBase {
    @Test
    void whatWasNeverWrittenReadsAsZeroes() {
        Image image = create(10 * MIB + 3);

        assertZero(image, 0, 10 * MIB + 3);
    }

    @Test
    void readsOverwriteWhatTheBufferHeld() {
        Image image = create(MIB);
        ByteBuffer buffer = ByteBuffer.wrap(bytes(1, BLOCK));

        image.read(5, buffer);

        assertThat(buffer.array()).isEqualTo(new byte[BLOCK]);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 4096",
        "0, 1",
        "4095, 1",
        "1, 4094",
        "4095, 2",
        "100, 8192",
        "4096, 12288",
        "1048575, 3145730",
        "777, 1000000"
    })
    void whatWasWrittenIsReadAndNothingElseChanges(int offset, int length) {
        int size = 5 * MIB;
        Image image = create(size);
        byte[] expected = bytes(1, size);
        write(image, 0, expected);

        byte[] written = bytes(2, length);
        write(image, offset, written);

        System.arraycopy(written, 0, expected, offset, length);
        assertBytes(readAll(image), expected);
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "5, 10", "4095, 2", "4000, 9000", "8191, 4097"})
    void aPartWriteToABlockNeverWrittenLeavesZeroesAround(int offset, int length) {
        Image image = create(MIB);

        write(image, offset, bytes(1, length));

        byte[] expected = new byte[MIB];
        System.arraycopy(bytes(1, length), 0, expected, offset, length);
        assertBytes(readAll(image), expected);
    }

    @ParameterizedTest
    @ValueSource(longs = {4L * MIB, 32L * MIB, 64L * MIB, GIB, TIB, 2 * TIB, 16 * TIB - MIB})
    void writesCrossEveryInnerBoundary(long boundary) {
        Image image = create(Limits.MAX_IMAGE_BYTES);
        long start = boundary - 6000;

        write(image, start, bytes(3, 12_001));

        assertBytes(read(image, start, 12_001), bytes(3, 12_001));
        assertZero(image, start - 3000, 3000);
        assertZero(image, start + 12_001, 3000);
    }

    @Test
    void theLastByteOf16TiBCanBeWritten() {
        Image image = create(Limits.MAX_IMAGE_BYTES);

        write(image, Limits.MAX_IMAGE_BYTES - 1, new byte[] {42});

        assertThat(read(image, Limits.MAX_IMAGE_BYTES - BLOCK, BLOCK))
                .startsWith(0, 0, 0)
                .endsWith(0, 42);
        reopen();
        assertThat(read(open(DISK), Limits.MAX_IMAGE_BYTES - 1, 1)).containsExactly(42);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 511, 4095, 4097, 1_000_003})
    void anImageOfAnySizeCanBeWrittenToItsEnd(int size) {
        Image image = create(size);

        write(image, 0, bytes(1, size));
        write(image, size - 1, new byte[] {7});

        byte[] expected = bytes(1, size);
        expected[size - 1] = 7;
        assertBytes(readAll(image), expected);
        reopen();
        assertBytes(readAll(open(DISK)), expected);
    }

    @Test
    void anImageOfSizeZeroCanBeReadAndWrittenAtNoLength() {
        Image image = create(0);

        write(image, 0, new byte[0]);
        assertThat(readAll(image)).isEmpty();
        assertThat(extents(image)).isEmpty();
        image.flush();
        assertRefused(Problem.OUT_OF_RANGE, () -> read(image, 0, 1));
        assertRefused(Problem.OUT_OF_RANGE, () -> write(image, 0, new byte[1]));
    }

    @Test
    void requestsOfNoLengthDoNothing() {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));

        write(image, 100, new byte[0]);
        image.discard(100, 0);
        image.writeZeroes(MIB, 0, true);
        assertThat(read(image, MIB, 0)).isEmpty();
        assertThat(extents(image, MIB, 0)).isEmpty();

        assertBytes(readAll(image), bytes(1, MIB));
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 1",
        "1048576, 1",
        "1048575, 2",
        "1048577, 0",
        "0, 1048577",
        "9223372036854775807, 1",
        "-9223372036854775808, 4096"
    })
    void requestsBeyondTheEndAreRefusedWholly(long offset, int length) {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));
        ByteBuffer into = ByteBuffer.wrap(bytes(5, length));
        ByteBuffer from = ByteBuffer.wrap(bytes(6, length));

        assertRefused(Problem.OUT_OF_RANGE, () -> image.read(offset, into));
        assertRefused(Problem.OUT_OF_RANGE, () -> image.write(offset, from));
        assertRefused(Problem.OUT_OF_RANGE, () -> image.discard(offset, length));
        assertRefused(Problem.OUT_OF_RANGE, () -> image.writeZeroes(offset, length, true));
        assertRefused(Problem.OUT_OF_RANGE, () -> image.writeZeroes(offset, length, false));
        assertRefused(Problem.OUT_OF_RANGE, () -> extents(image, offset, length));

        assertThat(into.position()).isZero();
        assertThat(from.position()).isZero();
        assertThat(into.array()).isEqualTo(bytes(5, length));
        assertThat(image.size()).isEqualTo(MIB);
        assertBytes(readAll(image), bytes(1, MIB));
    }

    @Test
    void lengthsThatOverflowAreRefused() {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));

        assertRefused(Problem.OUT_OF_RANGE, () -> image.discard(BLOCK, Long.MAX_VALUE));
        assertRefused(Problem.OUT_OF_RANGE, () -> image.discard(0, -1));
        assertRefused(Problem.OUT_OF_RANGE, () -> image.writeZeroes(BLOCK, Long.MAX_VALUE - 1, true));
        assertRefused(Problem.OUT_OF_RANGE, () -> extents(image, 1, Long.MAX_VALUE));
        assertBytes(readAll(image), bytes(1, MIB));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void onlyTheBytesFromPositionToLimitAreUsed(boolean direct) {
        Image image = create(MIB);
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(3 * BLOCK) : ByteBuffer.allocate(3 * BLOCK);
        buffer.put(bytes(1, 3 * BLOCK)).position(BLOCK - 1).limit(2 * BLOCK + 1);

        image.write(10, buffer.asReadOnlyBuffer());
        buffer.clear().put(new byte[3 * BLOCK]).position(7).limit(7 + BLOCK + 2);
        image.read(10, buffer);

        byte[] expected = new byte[3 * BLOCK];
        System.arraycopy(bytes(1, 3 * BLOCK), BLOCK - 1, expected, 7, BLOCK + 2);
        byte[] got = new byte[3 * BLOCK];
        assertThat(buffer.remaining()).isZero();
        buffer.clear().get(got);
        assertThat(got).isEqualTo(expected);
        assertZero(image, 10 + BLOCK + 2, BLOCK);
    }

    @Test
    void aWriteTakesAReadOnlySliceOfAnArray() {
        Image image = create(MIB);
        ByteBuffer slice =
                ByteBuffer.wrap(bytes(1, 3 * BLOCK)).slice(100, BLOCK).asReadOnlyBuffer();

        image.write(0, slice);

        assertBytes(read(image, 0, BLOCK), Arrays.copyOfRange(bytes(1, 3 * BLOCK), 100, 100 + BLOCK));
    }

    @Test
    void largeRequestsAreDoneWhole() {
        int length = 40 * MIB + 5;
        Image image = create(GIB);

        write(image, 64L * MIB - 11, bytes(1, length));

        assertBytes(read(image, 64L * MIB - 11, length), bytes(1, length));
        assertZero(image, 64L * MIB - 11 + length, BLOCK);
    }

    @Test
    void manySmallWritesAddUp() {
        long seed = 20;
        Random random = new Random(seed);
        Image image = create(2 * MIB);
        byte[] expected = new byte[2 * MIB];
        for (int i = 0; i < 2000; i++) {
            int length = 1 + random.nextInt(random.nextBoolean() ? 600 : 3 * BLOCK);
            int offset = random.nextInt(expected.length - length);
            byte[] written = bytes(i, length);
            write(image, offset, written);
            System.arraycopy(written, 0, expected, offset, length);
        }
        assertBytes(readAll(image), expected);
    }
}
