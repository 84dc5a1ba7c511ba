package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Image;
import berth.block.Limits;
import berth.block.Problem;
import berth.block.Progress;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Changes of size. */
abstract class ResizeContract extends ContractBase {
    @ParameterizedTest
    @ValueSource(longs = {MIB + 1, MIB + BLOCK - 1, 64L * MIB, 2 * TIB + 5, Limits.MAX_IMAGE_BYTES})
    void newBytesReadAsZeroesAndCanBeWritten(long size) {
        Image image = create(MIB - 5);
        write(image, 0, bytes(1, MIB - 5));

        image.resize(size, false, Progress.NONE);

        assertThat(image.size()).isEqualTo(size);
        assertThat(image.info().size()).isEqualTo(size);
        assertThat(store.info(DISK).size()).isEqualTo(size);
        assertBytes(read(image, 0, MIB - 5), bytes(1, MIB - 5));
        assertZero(image, MIB - 5, 6);
        write(image, size - 1, new byte[] {9});
        assertThat(read(image, size - 1, 1)).containsExactly(9);
    }

    @Test
    void shrinkingHasToBeAllowed() {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));

        assertRefused(Problem.SHRINK_NOT_ALLOWED, () -> image.resize(MIB - 1, false, Progress.NONE));

        assertBytes(readAll(image), bytes(1, MIB));
        image.resize(MIB, false, Progress.NONE);
        assertThat(image.size()).isEqualTo(MIB);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "4095", "4096", "4097", "500000", "1048575"})
    void bytesThatWereCutOffDoNotComeBack(int small) {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));

        image.resize(small, true, Progress.NONE);
        assertBytes(readAll(image), Arrays.copyOf(bytes(1, MIB), small));
        assertRefused(Problem.OUT_OF_RANGE, () -> read(image, small, 1));
        image.resize(MIB + BLOCK, false, Progress.NONE);

        assertBytes(read(image, 0, small), Arrays.copyOf(bytes(1, MIB), small));
        assertZero(image, small, MIB + BLOCK - small);
        reopen();
        assertZero(open(DISK), small, MIB + BLOCK - small);
    }

    @Test
    void bytesOfASnapshotDoNotShowThroughAfterShrinkAndGrow() {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));
        image.createSnapshot("s");

        image.resize(BLOCK + 1, true, Progress.NONE);
        image.resize(MIB, false, Progress.NONE);

        assertBytes(read(image, 0, BLOCK + 1), Arrays.copyOf(bytes(1, MIB), BLOCK + 1));
        assertZero(image, BLOCK + 1, MIB - BLOCK - 1);
        assertBytes(readAll(open(DISK, "s")), bytes(1, MIB));
        image.createSnapshot("t");
        image.rollback("s", Progress.NONE);
        assertBytes(readAll(image), bytes(1, MIB));
        assertZero(open(DISK, "t"), BLOCK + 1, MIB - BLOCK - 1);
    }

    @Test
    void shrinkingGivesSpaceBack() {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));

        image.resize(BLOCK, true, Progress.NONE);
        image.resize(MIB, false, Progress.NONE);

        assertThat(image.usage().usedBytes()).isEqualTo(BLOCK);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Limits.MAX_IMAGE_BYTES + 1})
    void sizesOutOfBoundsAreRefused(long size) {
        Image image = create(MIB);

        assertRefused(Problem.INVALID_ARGUMENT, () -> image.resize(size, true, Progress.NONE));

        assertThat(image.size()).isEqualTo(MIB);
    }

    @Test
    void everyHandleSeesTheNewSizeAndSnapshotsKeepTheirs() {
        Image image = create(MIB);
        image.createSnapshot("s");
        Image other = open(DISK);
        Image reader = remember(store.open(DISK, Access.READ_ONLY));
        Image snapshot = open(DISK, "s");

        image.resize(2 * MIB, false, Progress.NONE);

        assertThat(other.size()).isEqualTo(2 * MIB);
        assertThat(reader.size()).isEqualTo(2 * MIB);
        assertThat(snapshot.size()).isEqualTo(MIB);
        assertThat(image.snapshots()).extracting(s -> s.size()).containsExactly((long) MIB);
        write(other, 2 * MIB - 1, new byte[] {1});
        assertRefused(Problem.OUT_OF_RANGE, () -> read(snapshot, MIB, 1));
    }

    @Test
    void theSizeIsThereAfterReopen() {
        create(MIB).resize(3 * MIB + 7, false, Progress.NONE);
        reopen();

        assertThat(open(DISK).size()).isEqualTo(3 * MIB + 7);
    }
}
