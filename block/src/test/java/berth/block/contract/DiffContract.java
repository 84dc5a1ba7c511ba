package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Image;
import berth.block.Layout;
import berth.block.Problem;
import berth.block.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Differences between points in time, and the space they take. */
abstract class DiffContract extends ContractBase {
    /** One range of a difference. */
    record Range(long offset, long length, boolean exists) {
        long end() {
            return offset + length;
        }
    }

    /** The difference, neighbours of the same kind joined. */
    static List<Range> diff(Image image, Optional<String> from, long offset, long length) {
        List<Range> ranges = new ArrayList<>();
        image.diff(from, offset, length, (at, n, exists) -> {
            assertThat(n).isPositive();
            Range last = ranges.isEmpty() ? new Range(0, 0, exists) : ranges.getLast();
            assertThat(at).as("ascending").isGreaterThanOrEqualTo(last.end());
            if (!ranges.isEmpty() && last.end() == at && last.exists() == exists) {
                ranges.set(ranges.size() - 1, new Range(last.offset(), last.length() + n, exists));
            } else {
                ranges.add(new Range(at, n, exists));
            }
        });
        return ranges;
    }

    static List<Range> diff(Image image, String from) {
        return diff(image, Optional.of(from), 0, image.size());
    }

    /** Makes {@link #DISK} with 1 MiB of data in a snapshot {@code s}. */
    private Image withSnapshot() {
        Image image = create(2 * MIB);
        write(image, 0, bytes(1, MIB));
        image.createSnapshot("s");
        return image;
    }

    @Test
    void nothingDiffersFromASnapshotJustTaken() {
        assertThat(diff(withSnapshot(), "s")).isEmpty();
    }

    @Test
    void exactlyTheBlocksThatWereWrittenDiffer() {
        Image image = withSnapshot();
        write(image, 5 * BLOCK + 100, bytes(2, 10));
        write(image, 8 * BLOCK - 1, bytes(3, 2));
        write(image, MIB + 1, bytes(4, 3 * BLOCK));

        assertThat(diff(image, "s"))
                .containsExactly(
                        new Range(5 * BLOCK, BLOCK, true),
                        new Range(7 * BLOCK, 2 * BLOCK, true),
                        new Range(MIB, 4 * BLOCK, true));
    }

    @Test
    void blocksThatBecameZeroDifferWithoutExisting() {
        Image image = withSnapshot();
        image.discard(BLOCK, 3 * BLOCK);
        image.writeZeroes(10 * BLOCK, BLOCK, true);

        granules()
                .assertDifference(
                        diff(image, "s"), new Range(BLOCK, 3 * BLOCK, false), new Range(10 * BLOCK, BLOCK, false));
    }

    @Test
    void theDifferenceBetweenTwoSnapshotsLeavesOutWhatCameLater() {
        Image image = withSnapshot();
        write(image, 0, bytes(2, BLOCK));
        image.createSnapshot("t");
        write(image, 4 * BLOCK, bytes(2, BLOCK));
        image.createSnapshot("u");
        write(image, 8 * BLOCK, bytes(2, BLOCK));

        assertThat(diff(open(DISK, "t"), "s")).containsExactly(new Range(0, BLOCK, true));
        assertThat(diff(open(DISK, "u"), "t")).containsExactly(new Range(4 * BLOCK, BLOCK, true));
        assertThat(diff(open(DISK, "u"), "s"))
                .containsExactly(new Range(0, BLOCK, true), new Range(4 * BLOCK, BLOCK, true));
        assertThat(diff(image, "u")).containsExactly(new Range(8 * BLOCK, BLOCK, true));
    }

    @Test
    void removingASnapshotBetweenKeepsTheDifference() {
        Image image = withSnapshot();
        write(image, 0, bytes(2, BLOCK));
        image.createSnapshot("between");
        write(image, 4 * BLOCK, bytes(2, BLOCK));

        image.removeSnapshot("between", Progress.NONE);

        assertThat(diff(image, "s")).containsExactly(new Range(0, BLOCK, true), new Range(4 * BLOCK, BLOCK, true));
    }

    @Test
    void afterARollbackBothSidesCount() {
        Image image = withSnapshot();
        write(image, 0, bytes(2, BLOCK));
        image.createSnapshot("left");
        image.rollback("s", Progress.NONE);
        write(image, 4 * BLOCK, bytes(2, BLOCK));

        assertThat(diff(image, "left")).containsExactly(new Range(0, BLOCK, true), new Range(4 * BLOCK, BLOCK, true));
        granules().assertDifference(diff(image, "s"), new Range(4 * BLOCK, BLOCK, true));
    }

    @Test
    void withoutASnapshotEverythingStoredDiffers() {
        Image image = create(TIB);
        write(image, 10 * BLOCK, bytes(1, BLOCK));
        image.createSnapshot("s");
        write(image, TIB - BLOCK, bytes(1, BLOCK));

        granules()
                .assertDifference(
                        diff(image, Optional.empty(), 0, TIB),
                        new Range(10 * BLOCK, BLOCK, true),
                        new Range(TIB - BLOCK, BLOCK, true));
        granules()
                .assertDifference(diff(open(DISK, "s"), Optional.empty(), 0, TIB), new Range(10 * BLOCK, BLOCK, true));
    }

    @Test
    void aCloneDiffersFromNothingByWhatShowsThrough() {
        Image parent = withSnapshot();
        parent.protectSnapshot("s");
        store.clone(DISK.at("s"), image("child"), Layout.DEFAULT);
        Image child = open(image("child"));
        child.createSnapshot("c");
        write(child, MIB, bytes(2, BLOCK));

        assertThat(diff(child, Optional.empty(), 0, 2 * MIB)).containsExactly(new Range(0, MIB + BLOCK, true));
        assertThat(diff(child, "c")).containsExactly(new Range(MIB, BLOCK, true));
    }

    @Test
    void rangesAreCutToWhatWasAskedFor() {
        Image image = withSnapshot();
        write(image, 0, bytes(2, MIB));

        assertThat(diff(image, Optional.of("s"), 100, 200)).containsExactly(new Range(100, 200, true));
        assertThat(diff(image, Optional.of("s"), BLOCK - 1, 2)).containsExactly(new Range(BLOCK - 1, 2, true));
        assertThat(diff(image, Optional.of("s"), 0, 0)).isEmpty();
        assertThat(diff(image, Optional.of("s"), MIB, MIB)).isEmpty();
        assertRefused(Problem.OUT_OF_RANGE, () -> diff(image, Optional.of("s"), 2 * MIB, 1));
        assertRefused(Problem.SNAPSHOT_NOT_FOUND, () -> diff(image, Optional.of("nosuch"), 0, 1));
    }

    @Test
    void bytesThatWereCutOffAndGrownAgainDiffer() {
        Image image = withSnapshot();
        image.resize(MIB / 2, true, Progress.NONE);
        image.resize(4 * MIB, false, Progress.NONE);
        write(image, 3 * MIB, bytes(2, 1));

        List<Range> ranges = diff(image, "s");

        assertThat(ranges).filteredOn(Range::exists).hasSize(1);
        granules().assertDifference(ranges.stream().filter(Range::exists).toList(), new Range(3 * MIB, BLOCK, true));
        assertThat(ranges.getFirst().offset()).isLessThanOrEqualTo(MIB / 2);
        assertThat(ranges.getFirst().end()).isGreaterThanOrEqualTo(MIB);
    }

    @Test
    void aBlockThatWasCutInPartDiffersFromTheWholeOne() {
        Image image = withSnapshot();
        image.resize(BLOCK + 100, true, Progress.NONE);
        image.createSnapshot("cut");
        image.rollback("s", Progress.NONE);

        assertThat(diff(image, "cut")).containsExactly(new Range(BLOCK, MIB - BLOCK, true));
    }

    @Test
    void theLastBlockOfAnOddSizeEndsAtTheEnd() {
        Image image = create(BLOCK + 10);
        image.createSnapshot("s");
        write(image, BLOCK + 9, bytes(1, 1));

        granules().assertDifference(diff(image, "s"), new Range(BLOCK, 10, true));
    }

    @Test
    void differencesAreTheSameAfterReopen() {
        Image image = withSnapshot();
        write(image, 5 * BLOCK, bytes(2, BLOCK));
        image.discard(7 * BLOCK, BLOCK);
        List<Range> before = diff(image, "s");
        reopen();

        assertThat(diff(open(DISK), "s")).isEqualTo(before).hasSize(2);
    }

    @Test
    void usageCountsWhatWasStoredSinceTheSnapshotBefore() {
        Image image = create(10 * MIB);
        assertThat(image.usage().provisionedBytes()).isEqualTo(10 * MIB);
        assertThat(image.usage().usedBytes()).isZero();

        write(image, 0, bytes(1, MIB));
        assertThat(image.usage().usedBytes()).isEqualTo(MIB);
        image.createSnapshot("s");
        assertThat(image.usage().usedBytes()).isZero();
        write(image, 100, bytes(2, 1));
        write(image, 5 * BLOCK, bytes(2, 2 * BLOCK));

        assertThat(image.usage().usedBytes()).isEqualTo(3 * BLOCK);
        Image snapshot = open(DISK, "s");
        assertThat(snapshot.usage().usedBytes()).isEqualTo(MIB);
        assertThat(snapshot.usage().provisionedBytes()).isEqualTo(10 * MIB);
    }

    @Test
    void discardGivesSpaceBack() {
        Image image = create(10 * MIB);
        write(image, 0, bytes(1, MIB));

        image.discard(BLOCK, MIB / 2);

        granules().assertUsed(image.usage().usedBytes(), MIB / 2);
    }

    @Test
    void aCloneTakesNothingUntilItIsWritten() {
        Image parent = withSnapshot();
        parent.protectSnapshot("s");
        store.clone(DISK.at("s"), image("child"), Layout.DEFAULT);
        Image child = open(image("child"));

        assertThat(child.usage().usedBytes()).isZero();
        write(child, 0, bytes(2, BLOCK));
        granules().assertUsed(child.usage().usedBytes(), BLOCK);
    }
}
