package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Extent;
import berth.block.Image;
import berth.block.Limits;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Discard, write-zeroes, and the extents that tell of them. */
abstract class ZeroingContract extends ContractBase {
    /** The three ways to make zeroes. */
    enum Zeroing {
        DISCARD,
        ZERO,
        ZERO_KEEPING_SPACE;

        void apply(Image image, long offset, long length) {
            switch (this) {
                case DISCARD -> image.discard(offset, length);
                case ZERO -> image.writeZeroes(offset, length, true);
                case ZERO_KEEPING_SPACE -> image.writeZeroes(offset, length, false);
            }
        }
    }

    /** Asserts that the extents cover the range exactly, and that neighbours differ. */
    static void assertCover(List<Extent> extents, long offset, long length) {
        long at = offset;
        Extent.Kind last = null;
        for (Extent extent : extents) {
            assertThat(extent.offset()).isEqualTo(at);
            assertThat(extent.kind()).as("the kind at %s", at).isNotEqualTo(last);
            at = extent.end();
            last = extent.kind();
        }
        assertThat(at).isEqualTo(offset + length);
    }

    @ParameterizedTest
    @EnumSource(Zeroing.class)
    void theRangeReadsAsZeroesToTheByte(Zeroing zeroing) {
        int[][] ranges = {{0, 1}, {1, 4094}, {4095, 2}, {5000, 20_000}, {65_536, 65_536}, {200_001, 4096}, {MIB - 3, 3}
        };
        Image image = create(MIB);
        byte[] expected = bytes(1, MIB);
        write(image, 0, expected);
        for (int[] range : ranges) {
            zeroing.apply(image, range[0], range[1]);
            Arrays.fill(expected, range[0], range[0] + range[1], (byte) 0);
        }

        assertBytes(readAll(image), expected);
        reopen();
        assertBytes(readAll(open(DISK)), expected);
    }

    @ParameterizedTest
    @EnumSource(Zeroing.class)
    void zeroesCanBeWrittenOver(Zeroing zeroing) {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));
        zeroing.apply(image, 0, MIB);

        write(image, BLOCK + 5, bytes(2, BLOCK));

        assertZero(image, 0, BLOCK + 5);
        assertBytes(read(image, BLOCK + 5, BLOCK), bytes(2, BLOCK));
        assertZero(image, 2 * BLOCK + 5, BLOCK);
    }

    @ParameterizedTest
    @EnumSource(Zeroing.class)
    void snapshotsKeepWhatWasThere(Zeroing zeroing) {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));
        image.createSnapshot("s");

        zeroing.apply(image, 100, MIB / 2);

        assertBytes(readAll(open(DISK, "s")), bytes(1, MIB));
        assertZero(image, 100, MIB / 2);
        assertBytes(read(image, 0, 100), Arrays.copyOf(bytes(1, MIB), 100));
    }

    @ParameterizedTest
    @EnumSource(Zeroing.class)
    void sixteenTebibytesAreZeroedAtOnce(Zeroing zeroing) {
        Image image = create(Limits.MAX_IMAGE_BYTES);
        long[] places = {0, GIB - 10, TIB - 10, 9 * TIB, Limits.MAX_IMAGE_BYTES - BLOCK};
        for (long place : places) {
            write(image, place, bytes(1, BLOCK));
        }

        zeroing.apply(image, 0, Limits.MAX_IMAGE_BYTES);

        for (long place : places) {
            assertZero(image, place, BLOCK);
        }
    }

    @Test
    void whatWasNeverWrittenIsUnallocated() {
        Image image = create(TIB + 1);

        assertThat(extents(image)).containsExactly(new Extent(0, TIB + 1, Extent.Kind.UNALLOCATED));
    }

    @Test
    void writtenBlocksAreData() {
        Image image = create(GIB);
        write(image, 8 * BLOCK, bytes(1, 3 * BLOCK));
        write(image, 64L * MIB - BLOCK, bytes(2, 2 * BLOCK));

        assertCover(extents(image), 0, GIB);
        assertThat(extents(image)).noneMatch(extent -> extent.kind() == Extent.Kind.ZERO);
        granules()
                .assertData(
                        extents(image),
                        new DiffContract.Range(8 * BLOCK, 3 * BLOCK, true),
                        new DiffContract.Range(64L * MIB - BLOCK, 2 * BLOCK, true));
    }

    @ParameterizedTest
    @CsvSource({"0, 1048576", "1, 100", "32768, 1", "40000, 1", "32767, 2", "32769, 20000", "100000, 0"})
    void extentsAreCutToTheRange(int offset, int length) {
        Image image = create(MIB);
        write(image, 8 * BLOCK, bytes(1, 3 * BLOCK));

        assertCover(extents(image, offset, length), offset, length);
    }

    @ParameterizedTest
    @EnumSource(
            value = Zeroing.class,
            names = {"DISCARD", "ZERO"})
    void wholeBlocksThatWereZeroedAreNoDataAnyMore(Zeroing zeroing) {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));

        zeroing.apply(image, BLOCK - 1, 10 * BLOCK + 2);

        assertNoData(image, BLOCK, 10 * BLOCK);
        assertCover(extents(image), 0, MIB);
        assertThat(extents(image, 0, BLOCK)).containsExactly(new Extent(0, BLOCK, Extent.Kind.DATA));
    }

    @ParameterizedTest
    @EnumSource(
            value = Zeroing.class,
            names = {"DISCARD", "ZERO"})
    void theLastPartBlockCountsAsWhole(Zeroing zeroing) {
        Image image = create(2 * BLOCK + 10);
        write(image, 0, bytes(1, 2 * BLOCK + 10));

        zeroing.apply(image, BLOCK, BLOCK + 10);

        assertNoData(image, BLOCK, BLOCK + 10);
        assertZero(image, BLOCK, BLOCK + 10);
    }

    @ParameterizedTest
    @EnumSource(
            value = Zeroing.class,
            names = {"DISCARD", "ZERO"})
    void zeroingWhatIsNotThereStoresNothing(Zeroing zeroing) {
        Image image = create(TIB);

        zeroing.apply(image, 0, TIB);

        assertNoData(image, 0, TIB);
        assertThat(image.usage().usedBytes()).isZero();
    }

    @Test
    void zeroesOverASnapshotsDataHideIt() {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));
        image.createSnapshot("s");
        image.discard(0, MIB / 2);

        assertNoData(image, 0, MIB / 2);
        assertThat(extents(image, MIB / 2, MIB / 2)).containsExactly(new Extent(MIB / 2, MIB / 2, Extent.Kind.DATA));
        assertThat(extents(open(DISK, "s"))).containsExactly(new Extent(0, MIB, Extent.Kind.DATA));
    }
}
