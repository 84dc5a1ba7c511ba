package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Fill;
import berth.block.ImageInfo;
import berth.block.Layout;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.ObjectDigest;
import berth.block.ObjectHasher;
import berth.block.Problem;
import berth.block.Snapshot;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Copies: imports whose target nobody needs before it is committed. */
abstract class CopyContract extends MigrationBase {
    private ImageInfo prepareCopy(TestSource source) {
        return store.prepareCopy(DISK, Layout.ofOrder(20), source, Map.of("size", "9"));
    }

    private void assertHoldsHistory() {
        List<SparseBytes> points = history();
        assertBytes(readAll(open(DISK, "first")), all(points.get(0)));
        assertBytes(readAll(open(DISK, "second")), all(points.get(1)));
        assertBytes(readAll(open(DISK)), all(points.get(2)));
    }

    @Test
    void theCommittedImageHasTheSourcesSizeSnapshotsAndBytes() {
        ImageInfo made = prepareCopy(historySource());
        execute(DISK);
        commit(DISK);
        reopen();

        ImageInfo info = store.info(DISK);
        assertThat(info.id()).isEqualTo(made.id());
        assertThat(info.size()).isEqualTo(SIZE);
        assertThat(info.layout()).isEqualTo(Layout.ofOrder(20));
        List<Snapshot> snapshots = open(DISK).snapshots();
        assertThat(snapshots).extracting(Snapshot::name).containsExactly("first", "second");
        assertThat(snapshots).extracting(Snapshot::isProtected).containsExactly(true, false);
        assertThat(snapshots).extracting(Snapshot::size).containsExactly(8L * MIB, 14L * MIB);
        assertHoldsHistory();
        assertThat(store.migrations()).isEmpty();
        assertRefused(Problem.NOT_MIGRATING, () -> store.migration(DISK));
    }

    @Test
    void theRecordStaysUntilTheEnd() {
        TestSource source = historySource();
        String id = prepareCopy(source).id();
        reopen();

        MigrationRecord record = store.migration(DISK);
        assertThat(record.target()).isEqualTo(DISK);
        assertThat(record.targetId()).isEqualTo(id);
        assertThat(record.sourceDescription()).isEqualTo(source.description());
        assertThat(record.state()).isEqualTo(MigrationState.PREPARED);
        assertThat(record.attributes()).isEqualTo(Map.of("size", "9"));
        assertThat(record.importOnly()).isTrue();
        assertThat(store.migrations()).containsExactly(record);
        store.update(DISK, MigrationState.EXECUTING, Map.of("größe", "磁盘"));
        reopen();
        assertThat(store.migration(DISK).state()).isEqualTo(MigrationState.EXECUTING);
        assertThat(store.migration(DISK).attributes()).isEqualTo(Map.of("größe", "磁盘"));
    }

    @Test
    void anImageOfTheNameIsThereExactlyWhenTheRecordSaysSo() {
        prepareCopy(historySource());

        if (store.migration(DISK).usable()) {
            assertThat(store.images(POOL)).extracting(ImageInfo::spec).containsExactly(DISK);
        } else {
            assertThat(store.images(POOL)).isEmpty();
            assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.info(DISK));
        }
    }

    @Test
    void aTargetThatExistsOrIsBeingCopiedIsRefused() {
        store.create(image("taken"), MIB, Layout.DEFAULT);
        TestSource source = historySource();
        prepareCopy(source);

        assertRefused(Problem.IMAGE_EXISTS, () -> store.prepareCopy(image("taken"), Layout.DEFAULT, source, Map.of()));
        assertRefused(Problem.IMAGE_EXISTS, () -> prepareCopy(source));

        assertThat(store.migrations()).hasSize(1);
    }

    @Test
    void whoTakesTheNameFirstKeepsItAndTheCopyIsNotLost() {
        prepareCopy(historySource());
        if (store.migration(DISK).usable()) {
            return; // The name is the target's from the beginning.
        }
        execute(DISK);
        store.create(DISK, MIB, Layout.DEFAULT);

        assertRefused(Problem.IMAGE_EXISTS, () -> commit(DISK));

        assertThat(store.info(DISK).size()).isEqualTo(MIB);
        store.rename(DISK, "rival");
        commit(DISK);
        assertHoldsHistory();
    }

    @Test
    void copyingGoesOnAfterReopen() {
        prepareCopy(historySource());
        store.update(DISK, MigrationState.EXECUTING, Map.of());
        try (Fill fill = store.openFill(DISK)) {
            fill.fill(1);
            fill.fill(2);
            fill.checkpoint();
        }
        reopen();
        try (Fill fill = store.openFill(DISK)) {
            assertThat(fill.fill(1).bytesRead()).isZero();
            for (long object = 0; object < fill.objects(); object++) {
                fill.fill(object);
            }
            if (fill.nextPass()) {
                fill.fill(0);
            }
        }
        reopen();
        execute(DISK);
        commit(DISK);

        assertHoldsHistory();
    }

    @Test
    void oneCopiesAtATime() {
        prepareCopy(historySource());
        try (Fill first = store.openFill(DISK)) {
            assertRefused(Problem.IMAGE_IN_USE, () -> store.openFill(DISK));

            assertThat(first.fill(0).bytesRead()).isPositive();
        }
        store.openFill(DISK).close();
    }

    @Test
    void commitIsRefusedBeforeEverythingIsCopied() {
        prepareCopy(historySource());
        try (Fill fill = store.openFill(DISK)) {
            fill.fill(0);
            fill.checkpoint();
        }

        assertRefused(Problem.MIGRATION_STATE, () -> commit(DISK));
    }

    @Test
    void digestsAreThoseOfWhatReadersSee() {
        prepareCopy(historySource());
        execute(DISK);

        try (Fill fill = store.openFill(DISK)) {
            for (long object = 0; object < fill.objects(); object++) {
                List<ObjectDigest> expected = new ArrayList<>();
                for (SparseBytes point : history()) {
                    long start = Math.min(object * fill.objectBytes(), point.size());
                    long end = Math.min(start + fill.objectBytes(), point.size());
                    expected.add(ObjectHasher.point(ByteBuffer.wrap(point.read(start, (int) (end - start)))));
                }
                List<ObjectDigest> points = new ArrayList<>();
                ObjectDigest whole = ObjectHasher.object(expected);
                assertThat(fill.recorded(object)).isEqualTo(whole);
                assertThat(fill.reread(object, points::add)).isEqualTo(whole);
                assertThat(points).isEqualTo(expected);
                assertThat(fill.sourceDigest(object)).isEqualTo(whole);
            }
        }
    }

    @Test
    void abortLeavesNothing() {
        prepareCopy(historySource());
        execute(DISK);
        sources.lose();
        reopen();

        abort(DISK);

        assertThat(store.images(POOL)).isEmpty();
        assertThat(store.migrations()).isEmpty();
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.migration(DISK));
        prepareCopy(historySource());
        execute(DISK);
        commit(DISK);
        assertHoldsHistory();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, BLOCK - 1, 4 * MIB, 4 * MIB + 1})
    void disksOfAnySizeAreCopied(int size) {
        prepareCopy(sources.add().now(new SparseBytes(size).write(0, bytes(1, size))));
        execute(DISK);
        commit(DISK);
        reopen();

        assertBytes(readAll(open(DISK)), bytes(1, size));
    }

    @Test
    void zeroesAreNotWritten() {
        SparseBytes disk = new SparseBytes(64 * MIB);
        disk.write(20 * MIB, bytes(1, MIB)).write(40 * MIB, new byte[4 * MIB]);
        prepareCopy(sources.add().now(disk));
        long written = 0;
        try (Fill fill = store.openFill(DISK)) {
            for (long object = 0; object < fill.objects(); object++) {
                written += fill.fill(object).bytesWritten();
            }
        }

        assertThat(written).isEqualTo(MIB);
    }
}
