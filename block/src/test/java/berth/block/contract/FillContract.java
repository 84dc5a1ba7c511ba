package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import berth.block.BlockException;
import berth.block.Fill;
import berth.block.Image;
import berth.block.MigrationState;
import berth.block.ObjectDigest;
import berth.block.ObjectHasher;
import berth.block.Problem;
import berth.block.Progress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The copying side of a migration. */
abstract class FillContract extends MigrationBase {
    /** The digests of an object at each of its points in time. */
    private static List<ObjectDigest> expectedDigests(List<SparseBytes> points, Fill fill, long object) {
        List<ObjectDigest> digests = new ArrayList<>();
        for (SparseBytes point : points) {
            long start = Math.min(object * fill.objectBytes(), point.size());
            long end = Math.min(start + fill.objectBytes(), point.size());
            digests.add(ObjectHasher.point(ByteBuffer.wrap(point.read(start, (int) (end - start)))));
        }
        return digests;
    }

    private static ObjectDigest expectedDigest(List<SparseBytes> points, Fill fill, long object) {
        return ObjectHasher.object(expectedDigests(points, fill, object));
    }

    private Fill executing(TestSource source) {
        prepareImport(DISK, source);
        store.update(DISK, MigrationState.EXECUTING, Map.of());
        return store.openFill(DISK);
    }

    @Test
    void theObjectsCoverTheLargestPoint() {
        try (Fill fill = executing(historySource())) {
            assertThat(Long.bitCount(fill.objectBytes())).isEqualTo(1);
            assertThat(fill.objects()).isEqualTo(Math.ceilDiv(14L * MIB, fill.objectBytes()));
            assertThat(fill.filledObjects()).isZero();
        }
    }

    @Test
    void theDigestIsThatOfWhatAReaderOfTheSourceSees() {
        try (Fill fill = executing(historySource())) {
            for (long object = 0; object < fill.objects(); object++) {
                ObjectDigest expected = expectedDigest(history(), fill, object);
                assertThat(fill.sourceDigest(object)).isEqualTo(expected);
                assertThat(fill.fill(object).digest()).contains(expected);
                assertThat(fill.recorded(object)).isEqualTo(expected);
                assertThat(fill.reread(object)).isEqualTo(expected);
            }
        }
    }

    @Test
    void eachPointInTimeIsRereadByItself() {
        try (Fill fill = executing(historySource())) {
            for (long object = 0; object < fill.objects(); object++) {
                fill.fill(object);
                List<ObjectDigest> points = new ArrayList<>();
                fill.reread(object, points::add);
                assertThat(points).isEqualTo(expectedDigests(history(), fill, object));
            }
        }
    }

    @Test
    void aFilledObjectIsNotFilledAgain() {
        try (Fill fill = executing(historySource())) {
            Fill.Copied first = fill.fill(0);
            Fill.Copied again = fill.fill(0);

            assertThat(first.bytesRead()).isPositive();
            assertThat(first.bytesWritten()).isPositive();
            assertThat(again).isEqualTo(new Fill.Copied(0, 0, first.digest()));
            assertThat(fill.isFilled(0)).isTrue();
            assertThat(fill.isFilled(1)).isFalse();
            assertThat(fill.filledObjects()).isEqualTo(1);
        }
    }

    @Test
    void anObjectThatIsNotFilledHasNoRecordedDigest() {
        try (Fill fill = executing(historySource())) {
            assertThatThrownBy(() -> fill.recorded(1)).isInstanceOf(BlockException.class);
        }
    }

    @Test
    void holesAreNotCopied() {
        SparseBytes disk = new SparseBytes(64 * MIB);
        disk.write(40 * MIB, bytes(1, 8192)).write(50 * MIB, new byte[MIB]);
        try (Fill fill = executing(sources.add().now(disk))) {
            long written = 0;
            for (long object = 0; object < fill.objects(); object++) {
                written += fill.fill(object).bytesWritten();
            }
            assertThat(written).isEqualTo(8192);
        }
    }

    @Test
    void whatClientsWriteDoesNotChangeWhatWasCopied() {
        try (Fill fill = executing(historySource())) {
            Image image = open(DISK);
            write(image, 10, bytes(1, 100_000));
            ObjectDigest copied = fill.fill(0).digest().orElseThrow();
            write(image, 70_000, bytes(2, 100_000));
            image.createSnapshot("mine");
            image.discard(0, 4 * MIB);
            image.rollback("first", Progress.NONE);

            assertThat(copied).isEqualTo(expectedDigest(history(), fill, 0));
            assertThat(fill.reread(0)).isEqualTo(copied);
            assertThat(fill.recorded(0)).isEqualTo(copied);
        }
    }

    @Test
    void aSourceThatChangedAfterTheCopyHasAnotherDigest() {
        SparseBytes disk = history().getLast();
        try (Fill fill = executing(sources.add().now(disk))) {
            ObjectDigest copied = fill.fill(0).digest().orElseThrow();
            disk.write(30_000, bytes(7, 1));

            assertThat(fill.sourceDigest(0)).isNotEqualTo(copied);
            assertThat(fill.recorded(0)).isEqualTo(copied);
            assertThat(fill.reread(0)).isEqualTo(copied);
        }
    }

    @Test
    void progressIsKeptOverReopen() {
        ObjectDigest copied;
        try (Fill fill = executing(historySource())) {
            copied = fill.fill(1).digest().orElseThrow();
            fill.checkpoint();
        }
        reopen();

        assertThat(store.migration(DISK).state()).isEqualTo(MigrationState.EXECUTING);
        try (Fill fill = store.openFill(DISK)) {
            assertThat(fill.filledObjects()).isEqualTo(1);
            assertThat(fill.isFilled(1)).isTrue();
            assertThat(fill.recorded(1)).isEqualTo(copied);
            assertThat(fill.reread(1)).isEqualTo(copied);
        }
        execute(DISK);
        commit(DISK);
        assertBytes(readAll(open(DISK)), all(history().getLast()));
    }

    @Test
    void onlyOneFillIsOpenAtATime() {
        try (Fill fill = executing(historySource())) {
            BlockException refusal = catchThrowableOfType(
                    BlockException.class, () -> store.openFill(DISK).close());

            assertThat(refusal).isNotNull();
            assertThat(refusal.problem()).isIn(Problem.IMAGE_IN_USE, Problem.MIGRATING);
            assertThat(fill.fill(0).bytesWritten()).isPositive();
        }
        store.openFill(DISK).close();
    }

    @Test
    void whatWasCopiedCanBeReadAgainWhenEverythingIs() {
        prepareImport(DISK, historySource());
        execute(DISK);

        try (Fill fill = store.openFill(DISK)) {
            for (long object = 0; object < fill.objects(); object++) {
                assertThat(fill.reread(object)).isEqualTo(fill.recorded(object));
                assertThat(fill.sourceDigest(object)).isEqualTo(fill.recorded(object));
            }
        }
    }

    @Test
    void requestsOfClientsAreCounted() {
        try (Fill fill = executing(historySource())) {
            Image image = open(DISK);
            long before = fill.foregroundRequests();
            fill.fill(0);
            assertThat(fill.foregroundRequests()).isEqualTo(before);

            read(image, 0, 10);
            write(image, 0, bytes(1, 10));

            assertThat(fill.foregroundRequests()).isEqualTo(before + 2);
        }
    }

    @Test
    void twoThreadsFillWhileAClientWritesAndReads() throws Exception {
        SparseBytes disk = new SparseBytes(48 * MIB);
        for (int i = 0; i < 48; i++) {
            disk.write(i * (MIB + 100L), bytes(i, 600_000));
        }
        SparseBytes expected = disk.copy();
        try (Fill fill = executing(sources.add().now(disk))) {
            AtomicLong next = new AtomicLong();
            List<CompletableFuture<Void>> fillers = List.of(filler(fill, next), filler(fill, next));
            Image image = open(DISK);
            for (int i = 0; i < 200; i++) {
                long at = i * 241_000L;
                write(image, at, bytes(1000 + i, 3000));
                expected.write(at, bytes(1000 + i, 3000));
                assertBytes(read(image, at - at % 1000, 10_000), expected.read(at - at % 1000, 10_000));
            }
            for (CompletableFuture<Void> filler : fillers) {
                filler.get();
            }
            assertThat(fill.filledObjects()).isEqualTo(fill.objects());
            for (long object = 0; object < fill.objects(); object++) {
                assertThat(fill.reread(object)).isEqualTo(fill.recorded(object));
                assertThat(fill.recorded(object)).isEqualTo(expectedDigest(List.of(disk), fill, object));
            }
        }
        store.update(DISK, MigrationState.EXECUTED, Map.of());
        commit(DISK);
        assertBytes(readAll(open(DISK)), all(expected));
    }

    private static CompletableFuture<Void> filler(Fill fill, AtomicLong next) {
        return CompletableFuture.runAsync(() -> {
            for (long object; (object = next.getAndIncrement()) < fill.objects(); ) {
                fill.fill(object);
            }
        });
    }
}
