package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.Layout;
import berth.block.Progress;
import berth.block.Snapshot;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is there after a store was closed and opened again: everything. */
abstract class PersistenceContract extends ContractBase {
    @Test
    void everythingIsKept() {
        store.createPool("empty");
        store.create(image("empty"), 0, Layout.ofOrder(25));
        Image parent = create(5 * MIB + 3);
        write(parent, 77, bytes(1, 3 * MIB));
        parent.createSnapshot("a");
        parent.discard(MIB, MIB);
        parent.createSnapshot("b");
        parent.protectSnapshot("b");
        write(parent, 0, bytes(2, 5 * MIB));
        store.clone(DISK.at("b"), image("child"), new Layout(23, 1 << 16, 8));
        Image child = open(image("child"));
        write(child, 5, bytes(3, 100_000));
        child.resize(9 * MIB, false, Progress.NONE);
        List<Snapshot> snapshots = parent.snapshots();
        byte[] parentBytes = readAll(parent);
        byte[] childBytes = readAll(child);
        byte[] snapshotBytes = readAll(open(DISK, "b"));
        var extents = extents(child);
        List<ImageInfo> images = store.images(POOL);

        reopen();

        assertThat(store.pools()).contains("empty", POOL);
        assertThat(store.images(POOL)).isEqualTo(images);
        assertThat(open(DISK).snapshots()).isEqualTo(snapshots);
        assertBytes(readAll(open(DISK)), parentBytes);
        assertBytes(readAll(open(image("child"))), childBytes);
        assertBytes(readAll(open(DISK, "b")), snapshotBytes);
        assertThat(extents(open(image("child")))).isEqualTo(extents);
    }

    @Test
    void whatWasRemovedStaysRemoved() {
        store.createPool("gone");
        Image image = create(MIB);
        image.createSnapshot("a");
        image.createSnapshot("b");
        image.removeSnapshot("a", Progress.NONE);
        store.create(image("other"), MIB, Layout.DEFAULT);
        store.rename(image("other"), "renamed");
        store.create(image("removed"), MIB, Layout.DEFAULT);
        store.remove(image("removed"), Progress.NONE);
        store.removePool("gone");

        reopen();

        assertThat(store.pools()).doesNotContain("gone");
        assertThat(store.images(POOL)).extracting(ImageInfo::spec).containsExactly(DISK, image("renamed"));
        assertThat(open(DISK).snapshots()).extracting(Snapshot::name).containsExactly("b");
    }

    @Test
    void writesWithoutFlushSurviveAnOrderlyClose() {
        Image image = create(100 * MIB);
        for (int i = 0; i < 100; i++) {
            write(image, i * (long) MIB + i, bytes(i, 5000));
        }

        reopen();

        Image again = open(DISK);
        for (int i = 0; i < 100; i++) {
            assertBytes(read(again, i * (long) MIB + i, 5000), bytes(i, 5000));
        }
    }

    @Test
    void theStoreCanBeReopenedAgainAndAgain() {
        create(MIB);
        byte[] expected = new byte[MIB];
        for (int i = 0; i < 8; i++) {
            Image image = open(DISK);
            assertBytes(readAll(image), expected);
            write(image, i * 1000L, bytes(i, 50_000));
            System.arraycopy(bytes(i, 50_000), 0, expected, i * 1000, 50_000);
            image.createSnapshot("s" + i);
            reopen();
        }
        assertBytes(readAll(open(DISK)), expected);
        assertThat(open(DISK).snapshots()).hasSize(8);
    }
}
