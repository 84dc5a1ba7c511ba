package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Image;
import berth.block.Layout;
import berth.block.Problem;
import berth.block.Progress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Handles: read-only ones, several of one image, watchers, closing. */
abstract class HandleContract extends ContractBase {
    private static List<ThrowingCallable> changes(Image image) {
        return List.of(
                () -> image.write(0, ByteBuffer.allocate(1)),
                () -> image.writeZeroes(0, 1, true),
                () -> image.writeZeroes(0, 1, false),
                () -> image.discard(0, 1),
                () -> image.createSnapshot("new"),
                () -> image.removeSnapshot("s", Progress.NONE),
                () -> image.renameSnapshot("s", "t"),
                () -> image.protectSnapshot("s"),
                () -> image.unprotectSnapshot("p"),
                () -> image.rollback("s", Progress.NONE),
                () -> image.resize(2 * MIB, true, Progress.NONE),
                () -> image.flatten(Progress.NONE));
    }

    private Image withSnapshots() {
        Image image = create(MIB);
        write(image, 0, bytes(1, MIB));
        image.createSnapshot("s");
        image.createSnapshot("p");
        image.protectSnapshot("p");
        return image;
    }

    @Test
    void aReadOnlyHandleReadsAndChangesNothing() {
        withSnapshots();
        Image reader = remember(store.open(DISK, Access.READ_ONLY));

        assertThat(changes(reader)).allSatisfy(change -> assertRefused(Problem.READ_ONLY, change));

        assertThat(reader.readOnly()).isTrue();
        reader.flush();
        assertBytes(readAll(reader), bytes(1, MIB));
        assertThat(reader.snapshots()).extracting(s -> s.name()).containsExactly("s", "p");
        assertThat(reader.size()).isEqualTo(MIB);
    }

    @Test
    void anOpenSnapshotChangesNothing() {
        withSnapshots();
        Image snapshot = open(DISK, "p");

        assertThat(changes(snapshot)).allSatisfy(change -> assertRefused(Problem.READ_ONLY, change));

        assertBytes(readAll(snapshot), bytes(1, MIB));
        assertThat(snapshot.snapshots()).extracting(s -> s.name()).containsExactly("s", "p");
    }

    @Test
    void whatOneHandleDoesTheOthersSee() {
        Image one = withSnapshots();
        Image two = open(DISK);
        Image reader = remember(store.open(DISK, Access.READ_ONLY));

        write(one, 0, bytes(2, BLOCK));
        write(two, BLOCK, bytes(3, BLOCK));
        two.createSnapshot("new");
        write(one, BLOCK, bytes(4, BLOCK));

        assertBytes(read(reader, 0, BLOCK), bytes(2, BLOCK));
        assertBytes(read(two, 0, BLOCK), bytes(2, BLOCK));
        assertBytes(read(two, BLOCK, BLOCK), bytes(4, BLOCK));
        assertThat(one.snapshots()).hasSize(3);
        assertBytes(read(open(DISK, "new"), BLOCK, BLOCK), bytes(3, BLOCK));
        one.rollback("s", Progress.NONE);
        assertBytes(readAll(two), bytes(1, MIB));
        assertBytes(readAll(reader), bytes(1, MIB));
    }

    @Test
    void everyHandleForWritingIsAWatcherUntilItIsClosed() {
        store.create(DISK, MIB, Layout.DEFAULT);
        assertThat(store.watchers(DISK)).isEmpty();
        Image one = open(DISK);
        Image two = open(DISK);
        one.createSnapshot("s");
        remember(store.open(DISK, Access.READ_ONLY));
        open(DISK, "s");
        remember(store.openById(POOL, one.info().id(), Optional.empty()));

        assertThat(store.watchers(DISK)).hasSize(2);
        assertThat(store.watchers(DISK)).extracting(watcher -> watcher.cookie()).doesNotHaveDuplicates();
        assertThat(store.watchers(DISK))
                .allSatisfy(watcher -> assertThat(watcher.address()).isNotBlank());
        one.close();
        assertThat(store.watchers(DISK)).hasSize(1);
        two.close();
        assertThat(store.watchers(DISK)).isEmpty();
    }

    @Test
    void aClosedHandleRefusesEverythingAndCanBeClosedAgain() {
        Image image = withSnapshots();
        image.close();

        assertThat(changes(image)).allSatisfy(change -> assertRefused(Problem.CLOSED, change));
        assertRefused(Problem.CLOSED, () -> read(image, 0, 1));
        assertRefused(Problem.CLOSED, () -> extents(image, 0, 1));
        image.close();

        assertBytes(readAll(open(DISK)), bytes(1, MIB));
    }

    @Test
    void closingOneHandleLeavesTheOthersOpen() {
        Image one = withSnapshots();
        Image two = open(DISK);
        Image snapshot = open(DISK, "s");

        one.close();

        assertBytes(readAll(snapshot), bytes(1, MIB));
        write(two, 0, bytes(2, MIB));
        assertBytes(readAll(two), bytes(2, MIB));
    }

    @Test
    void aClosedStoreRefusesEverythingAndItsHandlesToo() {
        Image image = withSnapshots();
        store.close();

        assertRefused(Problem.CLOSED, () -> store.pools());
        assertRefused(Problem.CLOSED, () -> store.info(DISK));
        assertRefused(Problem.CLOSED, () -> store.open(DISK, Access.READ_ONLY));
        assertRefused(Problem.CLOSED, () -> store.create(image("new"), 1, Layout.DEFAULT));
        assertRefused(Problem.CLOSED, () -> read(image, 0, 1));
        assertRefused(Problem.CLOSED, () -> write(image, 0, new byte[1]));
        image.close();
        store.close();
    }
}
