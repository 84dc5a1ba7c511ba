package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Image;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots: take, list, read, rename, protect, remove, roll back. */
abstract class SnapshotContract extends ContractBase {
    private static List<String> names(Image image) {
        return image.snapshots().stream().map(Snapshot::name).toList();
    }

    @Test
    void aSnapshotKeepsTheBytesOfItsMoment() {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB / 2));
        image.createSnapshot("first");
        write(image, 100, bytes(2, 9000));
        image.createSnapshot("second");
        write(image, 0, bytes(3, MIB));

        byte[] first = Arrays.copyOf(bytes(1, MIB / 2), MIB);
        byte[] second = first.clone();
        System.arraycopy(bytes(2, 9000), 0, second, 100, 9000);
        assertBytes(readAll(open(DISK, "first")), first);
        assertBytes(readAll(open(DISK, "second")), second);
        assertBytes(readAll(image), bytes(3, MIB));
        reopen();
        assertBytes(readAll(open(DISK, "first")), first);
        assertBytes(readAll(open(DISK, "second")), second);
        assertBytes(readAll(open(DISK)), bytes(3, MIB));
    }

    @Test
    void snapshotsAreListedOldestFirst() {
        Image image = create(MIB);
        Snapshot b = image.createSnapshot("b");
        image.resize(2 * MIB, false, Progress.NONE);
        Snapshot a = image.createSnapshot("a");

        assertThat(image.snapshots()).containsExactly(b, a);
        assertThat(b.size()).isEqualTo(MIB);
        assertThat(a.size()).isEqualTo(2 * MIB);
        assertThat(a.isProtected()).isFalse();
        assertThat(a.id()).isGreaterThan(b.id());
        assertThat(a.created()).isAfterOrEqualTo(b.created());
        assertThat(image.info().snapshotCount()).isEqualTo(2);
        reopen();
        assertThat(names(open(DISK))).containsExactly("b", "a");
    }

    @Test
    void idsAreNotUsedAgain() {
        Image image = create(MIB);
        image.createSnapshot("a");
        long removed = image.createSnapshot("b").id();
        image.removeSnapshot("b", Progress.NONE);
        reopen();

        assertThat(open(DISK).createSnapshot("b").id()).isGreaterThan(removed);
    }

    @Test
    void aSnapshotThatExistsIsNotTakenAgain() {
        Image image = create(MIB);
        image.createSnapshot("s");
        write(image, 0, bytes(1, BLOCK));

        assertRefused(Problem.SNAPSHOT_EXISTS, () -> image.createSnapshot("s"));

        assertThat(names(image)).containsExactly("s");
        assertZero(open(DISK, "s"), 0, BLOCK);
    }

    @Test
    void aSnapshotThatIsNotThereIsReportedAsSuch() {
        Image image = create(MIB);

        assertRefused(Problem.SNAPSHOT_NOT_FOUND, () -> open(DISK, "s"));
        assertRefused(Problem.SNAPSHOT_NOT_FOUND, () -> image.removeSnapshot("s", Progress.NONE));
        assertRefused(Problem.SNAPSHOT_NOT_FOUND, () -> image.renameSnapshot("s", "t"));
        assertRefused(Problem.SNAPSHOT_NOT_FOUND, () -> image.protectSnapshot("s"));
        assertRefused(Problem.SNAPSHOT_NOT_FOUND, () -> image.unprotectSnapshot("s"));
        assertRefused(Problem.SNAPSHOT_NOT_FOUND, () -> image.rollback("s", Progress.NONE));
    }

    @Test
    void anOpenSnapshotSaysWhichItIs() {
        Image image = create(MIB);
        Snapshot taken = image.createSnapshot("s");
        Image snapshot = open(DISK, "s");

        assertThat(image.snapshot()).isEmpty();
        assertThat(snapshot.snapshot()).contains(taken);
        assertThat(snapshot.readOnly()).isTrue();
        assertThat(snapshot.info().id()).isEqualTo(image.info().id());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void anyOfFourSnapshotsCanBeRemovedWithoutAnEffectOnTheOthers(int victim) {
        Image image = create(MIB);
        byte[][] expected = new byte[5][];
        for (int i = 0; i < 5; i++) {
            write(image, i * 10_000L, bytes(i, 300_000));
            image.discard(700_000 + i * 50_000L, 60_000);
            write(image, 900_000, bytes(10 + i, 10_000));
            expected[i] = readAll(image);
            if (i < 4) {
                image.createSnapshot("s" + i);
            }
        }

        image.removeSnapshot("s" + victim, Progress.NONE);

        assertRefused(Problem.SNAPSHOT_NOT_FOUND, () -> open(DISK, "s" + victim));
        assertThat(names(image)).hasSize(3).doesNotContain("s" + victim);
        assertHolds(expected, victim);
        reopen();
        assertHolds(expected, victim);
    }

    private void assertHolds(byte[][] expected, int victim) {
        for (int i = 0; i < 4; i++) {
            if (i != victim) {
                assertBytes(readAll(open(DISK, "s" + i)), expected[i]);
            }
        }
        assertBytes(readAll(open(DISK)), expected[4]);
    }

    @Test
    void allSnapshotsCanBeRemovedInAnyOrder() {
        Image image = create(MIB);
        for (int i = 0; i < 6; i++) {
            write(image, i * 1000L, bytes(i, 200_000));
            image.createSnapshot("s" + i);
        }
        byte[] now = readAll(image);
        for (int i : new int[] {3, 0, 5, 1, 4, 2}) {
            image.removeSnapshot("s" + i, Progress.NONE);
            assertBytes(readAll(image), now);
        }
        assertThat(image.snapshots()).isEmpty();
        closeImages();
        store.remove(DISK, Progress.NONE);
    }

    @Test
    void aSnapshotThatIsRemovedWhileItIsOpenIsNotFoundAndNeverShowsOtherBytes() {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));
        image.createSnapshot("open");
        Image snapshot = open(DISK, "open");
        assertBytes(readAll(snapshot), bytes(1, MIB));

        image.removeSnapshot("open", Progress.NONE);
        write(image, 0, bytes(2, MIB));

        assertRefused(Problem.SNAPSHOT_NOT_FOUND, () -> readAll(snapshot));
        snapshot.close();
        assertBytes(readAll(image), bytes(2, MIB));
    }

    @Test
    void aSnapshotCanBeRenamed() {
        Image image = create(MIB);
        write(image, 0, bytes(1, BLOCK));
        Snapshot before = image.createSnapshot("s");
        image.createSnapshot("t");
        write(image, 0, bytes(2, BLOCK));

        assertRefused(Problem.SNAPSHOT_EXISTS, () -> image.renameSnapshot("s", "t"));
        image.renameSnapshot("s", "u");

        assertThat(names(image)).containsExactly("u", "t");
        assertThat(image.snapshots().getFirst().id()).isEqualTo(before.id());
        assertBytes(read(open(DISK, "u"), 0, BLOCK), bytes(1, BLOCK));
        assertRefused(Problem.SNAPSHOT_NOT_FOUND, () -> open(DISK, "s"));
    }

    @Test
    void aProtectedSnapshotIsNotRemoved() {
        Image image = create(MIB);
        image.createSnapshot("s");

        assertRefused(Problem.NOT_PROTECTED, () -> image.unprotectSnapshot("s"));
        image.protectSnapshot("s");

        assertThat(image.snapshots().getFirst().isProtected()).isTrue();
        assertRefused(Problem.ALREADY_PROTECTED, () -> image.protectSnapshot("s"));
        assertRefused(Problem.SNAPSHOT_PROTECTED, () -> image.removeSnapshot("s", Progress.NONE));
        image.unprotectSnapshot("s");
        image.removeSnapshot("s", Progress.NONE);
        assertThat(image.snapshots()).isEmpty();
    }

    @Test
    void rollbackBringsBackBytesAndSizeAndLeavesLaterSnapshots() {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));
        image.createSnapshot("small");
        image.resize(2 * MIB, false, Progress.NONE);
        write(image, MIB / 2, bytes(2, MIB));
        byte[] large = readAll(image);
        image.createSnapshot("large");
        image.discard(0, MIB);

        image.rollback("small", Progress.NONE);
        assertBytes(readAll(image), bytes(1, MIB));
        assertThat(names(image)).containsExactly("small", "large");
        assertBytes(readAll(open(DISK, "large")), large);

        write(image, 0, bytes(3, BLOCK));
        assertBytes(readAll(open(DISK, "small")), bytes(1, MIB));
        image.rollback("large", Progress.NONE);
        assertBytes(readAll(image), large);
        reopen();
        assertBytes(readAll(open(DISK)), large);
        assertBytes(readAll(open(DISK, "small")), bytes(1, MIB));
    }

    @Test
    void snapshotsTakenAfterARollbackStandBesideThoseTakenBefore() {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));
        image.createSnapshot("root");
        write(image, 0, bytes(2, MIB / 2));
        image.createSnapshot("left");
        image.rollback("root", Progress.NONE);
        write(image, MIB / 2, bytes(3, MIB / 2));
        image.createSnapshot("right");

        image.removeSnapshot("root", Progress.NONE);

        assertBytes(read(open(DISK, "left"), 0, MIB / 2), bytes(2, MIB / 2));
        assertBytes(read(open(DISK, "right"), MIB / 2, MIB / 2), bytes(3, MIB / 2));
        assertBytes(read(open(DISK, "right"), 0, MIB / 2), read(image, 0, MIB / 2));
        closeImages();
        image = open(DISK);
        image.rollback("left", Progress.NONE);
        image.removeSnapshot("right", Progress.NONE);
        assertBytes(read(image, 0, MIB / 2), bytes(2, MIB / 2));
        assertBytes(read(image, MIB / 2, MIB / 2), Arrays.copyOfRange(bytes(1, MIB), MIB / 2, MIB));
    }

    @Test
    void twoHundredSnapshotsAllKeepTheirBytes() {
        Image image = create(MIB);
        for (int i = 0; i < 200; i++) {
            write(image, i * 5000L, bytes(i, BLOCK));
            image.createSnapshot("s" + i);
        }

        for (int i = 0; i < 200; i += 13) {
            Image snapshot = open(DISK, "s" + i);
            assertBytes(read(snapshot, i * 5000L, BLOCK), bytes(i, BLOCK));
            assertZero(snapshot, i * 5000L + BLOCK, MIB - i * 5000 - BLOCK);
        }
    }

    @Test
    void aSnapshotOfAnEmptyImageOf16TebibytesCanBeWrittenOver() {
        Image image = create(16 * TIB);
        image.createSnapshot("s");
        write(image, 16 * TIB - 10, bytes(1, 10));

        assertZero(open(DISK, "s"), 16 * TIB - 10, 10);
        assertBytes(read(image, 16 * TIB - 10, 10), bytes(1, 10));
    }
}
