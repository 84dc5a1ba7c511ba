package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Imports: a target that reads through to a source outside until everything has been copied. */
abstract class ImportContract extends MigrationBase {
    private void assertHoldsHistory(ImageSpec target) {
        List<SparseBytes> points = history();
        assertBytes(readAll(open(target, "first")), all(points.get(0)));
        assertBytes(readAll(open(target, "second")), all(points.get(1)));
        assertBytes(readAll(open(target)), all(points.get(2)));
    }

    @Test
    void thePreparedTargetHasTheSourcesSizeSnapshotsAndBytes() {
        ImageInfo made = store.prepareImport(DISK, Layout.ofOrder(20), historySource(), Map.of());

        assertThat(made.size()).isEqualTo(SIZE);
        assertThat(made.layout()).isEqualTo(Layout.ofOrder(20));
        assertThat(made.snapshotCount()).isEqualTo(2);
        assertThat(made.parent()).isEmpty();
        assertThat(store.images(POOL)).extracting(ImageInfo::id).containsExactly(made.id());
        List<Snapshot> snapshots = open(DISK).snapshots();
        assertThat(snapshots).extracting(Snapshot::name).containsExactly("first", "second");
        assertThat(snapshots).extracting(Snapshot::isProtected).containsExactly(true, false);
        assertThat(snapshots).extracting(Snapshot::size).containsExactly(8L * MIB, 14L * MIB);
        assertThat(snapshots)
                .extracting(Snapshot::created)
                .containsExactly(TestSource.FIRST_TAKEN, TestSource.FIRST_TAKEN.plusSeconds(60));
        assertHoldsHistory(DISK);
        reopen();
        assertHoldsHistory(DISK);
    }

    @Test
    void theRecordSaysWhatIsImported() {
        TestSource source = historySource();
        String id = store.prepareImport(DISK, Layout.DEFAULT, source, Map.of("size", "9"))
                .id();

        MigrationRecord expected = new MigrationRecord(
                DISK,
                id,
                Optional.empty(),
                Optional.empty(),
                source.description(),
                true,
                MigrationState.PREPARED,
                store.migration(DISK).flatten(),
                Map.of("size", "9"));
        assertThat(store.migration(DISK)).isEqualTo(expected);
        assertThat(store.migrations()).containsExactly(expected);
        assertThat(expected.importOnly()).isTrue();
        reopen();
        assertThat(store.migrations()).containsExactly(expected);
        store.rename(DISK, "renamed");
        assertThat(store.migration(image("renamed")).target()).isEqualTo(image("renamed"));
    }

    @Test
    void updateMovesTheStateAndReplacesTheAttributes() {
        prepareImport(DISK, historySource());
        store.update(DISK, MigrationState.EXECUTING, Map.of("a", "1", "größe", "磁盘"));

        assertThat(store.migration(DISK).state()).isEqualTo(MigrationState.EXECUTING);
        assertThat(store.migration(DISK).attributes()).isEqualTo(Map.of("a", "1", "größe", "磁盘"));
        MigrationRecord updated = store.update(DISK, MigrationState.EXECUTED, Map.of("b", ""));
        assertThat(updated).isEqualTo(store.migration(DISK));
        reopen();
        assertThat(store.migration(DISK).state()).isEqualTo(MigrationState.EXECUTED);
        assertThat(store.migration(DISK).attributes()).isEqualTo(Map.of("b", ""));
    }

    @Test
    void namesInUseAndPoolsThatAreNotThereAreRefused() {
        store.create(DISK, MIB, Layout.DEFAULT);
        TestSource source = historySource();

        assertRefused(Problem.IMAGE_EXISTS, () -> prepareImport(DISK, source));
        assertRefused(Problem.POOL_NOT_FOUND, () -> prepareImport(new ImageSpec("nosuch", "disk"), source));

        assertThat(store.migrations()).isEmpty();
        assertThat(store.info(DISK).size()).isEqualTo(MIB);
    }

    @Test
    void imagesThatDoNotMigrateSaySo() {
        store.create(DISK, MIB, Layout.DEFAULT);

        assertRefused(Problem.NOT_MIGRATING, () -> store.migration(DISK));
        assertRefused(Problem.NOT_MIGRATING, () -> store.update(DISK, MigrationState.EXECUTED, Map.of()));
        assertRefused(Problem.NOT_MIGRATING, () -> store.openFill(DISK));
        assertRefused(Problem.NOT_MIGRATING, () -> commit(DISK));
        assertRefused(Problem.NOT_MIGRATING, () -> abort(DISK));
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.migration(image("nosuch")));
        assertRefused(Problem.POOL_NOT_FOUND, () -> store.migration(new ImageSpec("nosuch", "disk")));
        assertThat(store.migrations()).isEmpty();
    }

    @Test
    void aMigratingTargetIsNeitherRemovedNorMigratedAgain() {
        prepareImport(DISK, sources.add().now(new SparseBytes(MIB).write(5, bytes(1, 5000))));

        assertRefused(Problem.MIGRATING, () -> store.remove(DISK, Progress.NONE));
        assertRefused(Problem.MIGRATING, () -> prepareLinked(DISK, image("other"), false));
        assertRefused(Problem.IMAGE_EXISTS, () -> prepareImport(DISK, historySource()));

        assertBytes(read(open(DISK), 5, 5000), bytes(1, 5000));
        assertThat(store.migrations()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsWrittenBeforeTheCopyStays(boolean reopened) {
        prepareImport(DISK, historySource());
        SparseBytes expected = history().getLast();
        Image image = open(DISK);
        image.createSnapshot("mine");
        byte[] atSnapshot = all(expected);
        for (long at : new long[] {1, 50_001, 4 * MIB - 5000, 5 * MIB + 17, SIZE - 5000}) {
            write(image, at, bytes(at, 4999));
            expected.write(at, bytes(at, 4999));
        }
        image.discard(60_000, 33_333);
        expected.zero(60_000, 33_333, false);
        assertBytes(readAll(image), all(expected));
        if (reopened) {
            reopen();
        }

        execute(DISK);

        assertBytes(readAll(open(DISK)), all(expected));
        assertBytes(readAll(open(DISK, "mine")), atSnapshot);
        commit(DISK);
        assertBytes(readAll(open(DISK)), all(expected));
        reopen();
        assertBytes(readAll(open(DISK)), all(expected));
        assertBytes(readAll(open(DISK, "mine")), atSnapshot);
        assertBytes(readAll(open(DISK, "second")), all(history().get(1)));
    }

    @Test
    void theTargetCanBeRolledBackResizedAndClonedMeanwhile() {
        prepareImport(DISK, historySource());
        Image image = open(DISK);
        image.resize(5 * MIB, true, Progress.NONE);
        image.resize(12 * MIB, false, Progress.NONE);
        SparseBytes expected = history().getLast();
        expected.resize(5 * MIB);
        expected.resize(12 * MIB);
        assertBytes(readAll(image), all(expected));
        image.createSnapshot("resized");
        image.rollback("second", Progress.NONE);
        store.clone(DISK.at("first"), image("clone"), Layout.DEFAULT);
        write(open(image("clone")), 3, bytes(1, 10_000));

        execute(DISK);
        commit(DISK);

        assertBytes(readAll(image), all(history().get(1)));
        assertBytes(readAll(open(DISK, "resized")), all(expected));
        assertBytes(readAll(open(image("clone"))), all(history().getFirst().write(3, bytes(1, 10_000))));
    }

    @Test
    void commitNeedsEverythingCopied() {
        prepareImport(DISK, historySource());
        assertRefused(Problem.MIGRATION_STATE, () -> commit(DISK));
        store.update(DISK, MigrationState.EXECUTING, Map.of());
        try (var fill = store.openFill(DISK)) {
            fill.fill(0);
            fill.fill(1);
        }

        assertRefused(Problem.MIGRATION_STATE, () -> commit(DISK));

        assertThat(store.migration(DISK).state()).isEqualTo(MigrationState.EXECUTING);
        assertHoldsHistory(DISK);
    }

    @Test
    void afterCommitTheSourceIsNotNeeded() {
        prepareImport(DISK, historySource());
        Image open = open(DISK);
        execute(DISK);

        commit(DISK);
        sources.lose();

        assertThat(store.migrations()).isEmpty();
        assertRefused(Problem.NOT_MIGRATING, () -> store.migration(DISK));
        assertBytes(readAll(open), all(history().getLast()));
        reopen();
        assertHoldsHistory(DISK);
        open(DISK).unprotectSnapshot("first");
        open(DISK).removeSnapshot("first", Progress.NONE);
        open(DISK).removeSnapshot("second", Progress.NONE);
        assertBytes(readAll(open(DISK)), all(history().getLast()));
        closeImages();
        store.remove(DISK, Progress.NONE);
    }

    @Test
    void abortTakesTheTargetAway() {
        prepareImport(DISK, historySource());
        write(open(DISK), 0, bytes(1, MIB));
        closeImages();
        store.update(DISK, MigrationState.EXECUTING, Map.of());
        try (var fill = store.openFill(DISK)) {
            fill.fill(1);
        }

        abort(DISK);

        assertThat(store.images(POOL)).isEmpty();
        assertThat(store.migrations()).isEmpty();
        assertThat(store.trash(POOL)).isEmpty();
        prepareImport(DISK, historySource());
        assertHoldsHistory(DISK);
    }

    @Test
    void abortIsRefusedWhileTheTargetIsOpen() {
        prepareImport(DISK, historySource());
        Image image = open(DISK);

        assertRefused(Problem.IMAGE_IN_USE, () -> abort(DISK));

        assertBytes(readAll(image), all(history().getLast()));
        image.close();
        abort(DISK);
    }

    @Test
    void abortIsPossibleWhenTheSourceIsGone() {
        prepareImport(DISK, historySource());
        sources.lose();
        reopen();

        assertThat(store.migrations()).hasSize(1);
        abort(DISK);

        assertThat(store.images(POOL)).isEmpty();
    }

    @Test
    void abortIsRefusedWhileTheTargetHasClones() {
        prepareImport(DISK, historySource());
        store.clone(DISK.at("first"), image("clone"), Layout.DEFAULT);

        var refusal = assertRefused(Problem.SNAPSHOT_HAS_CHILDREN, () -> abort(DISK));

        assertThat(refusal.blockers()).containsExactly("vms/clone");
        assertBytes(readAll(open(image("clone"))), all(history().getFirst()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, BLOCK - 1, 4 * MIB, 4 * MIB + 1})
    void disksOfAnySizeAreImported(int size) {
        prepareImport(DISK, sources.add().now(new SparseBytes(size).write(0, bytes(1, size))));
        execute(DISK);
        commit(DISK);
        reopen();

        assertBytes(readAll(open(DISK)), bytes(1, size));
    }

    @Test
    void anEmptyDiskOf16TebibytesIsPreparedAtOnce() {
        SparseBytes disk = new SparseBytes(16 * TIB);
        disk.write(16 * TIB - 5000, bytes(1, 5000));
        disk.write(3 * TIB + 1, bytes(2, 5000));
        prepareImport(DISK, sources.add().now(disk));
        Image image = open(DISK);
        write(image, 3 * TIB + 100, bytes(3, 100));

        assertBytes(read(image, 16 * TIB - 5000, 5000), bytes(1, 5000));
        assertBytes(read(image, 3 * TIB + 1, 99), Arrays.copyOf(bytes(2, 5000), 99));
        assertBytes(read(image, 3 * TIB + 100, 100), bytes(3, 100));
        assertZero(image, 8 * TIB, MIB);
        assertNoData(image, 4 * TIB, 11 * TIB);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void holesStayHolesBeforeAndAfterTheCopy(boolean copied) {
        SparseBytes disk = new SparseBytes(64 * MIB);
        disk.write(20 * MIB, bytes(1, MIB));
        prepareImport(DISK, sources.add().now(disk));
        if (copied) {
            execute(DISK);
            commit(DISK);
            assertThat(open(DISK).usage().usedBytes()).isLessThanOrEqualTo(MIB);
        }

        Image image = open(DISK);
        ZeroingContract.assertCover(extents(image), 0, 64 * MIB);
        assertNoData(image, 0, 20 * MIB);
        assertNoData(image, 21 * MIB, 43 * MIB);
        assertBytes(read(image, 20 * MIB, MIB), bytes(1, MIB));
    }

    @Test
    void differencesBetweenImportedPointsAreThoseOfTheSource() {
        prepareImport(DISK, historySource());
        assertCoversHistory();

        execute(DISK);
        assertCoversHistory();
        commit(DISK);
        reopen();

        assertCoversHistory();
        List<DiffContract.Range> exact = DiffContract.diff(open(DISK, "second"), "first");
        assertThat(exact).allMatch(DiffContract.Range::exists).hasSize(2);
        assertThat(exact.getFirst()).isEqualTo(new DiffContract.Range(12 * BLOCK, 25 * BLOCK, true));
        assertThat(exact.getLast()).isEqualTo(new DiffContract.Range(13 * MIB, 18 * BLOCK, true));
    }

    private void assertCoversHistory() {
        List<SparseBytes> points = history();
        assertThat(applied(points.get(0), open(DISK, "second"), "first")).isEqualTo(all(points.get(1)));
        assertThat(applied(points.get(1), open(DISK), "second")).isEqualTo(all(points.get(2)));
        assertThat(applied(points.get(0), open(DISK), "first")).isEqualTo(all(points.get(2)));
    }

    /** The earlier bytes with the difference put over them. */
    private static byte[] applied(SparseBytes earlier, Image later, String from) {
        SparseBytes bytes = earlier.copy();
        bytes.resize(later.size());
        for (DiffContract.Range range : DiffContract.diff(later, from)) {
            bytes.write(range.offset(), read(later, range.offset(), (int) range.length()));
        }
        return all(bytes);
    }

    @Test
    void whatASmallerPointInTimeDoesNotReachDiffersFromIt() {
        SparseBytes large = new SparseBytes(MIB).write(512 * 1024, bytes(1, 4096));
        SparseBytes small = large.copy();
        small.resize(64 * 1024);
        prepareImport(
                DISK,
                sources.add()
                        .snapshot("large", false, large)
                        .snapshot("small", false, small)
                        .now(small));
        Image image = open(DISK);

        image.rollback("large", Progress.NONE);

        assertThat(DiffContract.diff(image, "small")).contains(new DiffContract.Range(512 * 1024, 4096, true));
    }
}
