package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Limits;
import berth.block.Problem;
import berth.block.Progress;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images as a whole: create, list, info, rename, remove, open. */
abstract class ImageContract extends ContractBase {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 511, 4096, 4097, 10_000_001, 64L * MIB + 1, TIB + 1, Limits.MAX_IMAGE_BYTES})
    void anImageHasTheSizeItWasMadeWithToTheByte(long size) {
        ImageInfo made = store.create(DISK, size, Layout.DEFAULT);

        assertThat(made.size()).isEqualTo(size);
        assertThat(store.info(DISK).size()).isEqualTo(size);
        assertThat(open(DISK).size()).isEqualTo(size);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Limits.MAX_IMAGE_BYTES + 1, Long.MAX_VALUE})
    void sizesBelowZeroAndOver16TiBAreRefused(long size) {
        assertRefused(Problem.INVALID_ARGUMENT, () -> store.create(DISK, size, Layout.DEFAULT));

        assertThat(store.images(POOL)).isEmpty();
    }

    @Test
    void infoSaysWhatTheImageWasMadeOf() {
        Layout layout = new Layout(20, 1 << 16, 4);
        ImageInfo made = store.create(DISK, 5 * MIB, layout);

        ImageInfo info = store.info(DISK);

        assertThat(info.id()).isEqualTo(made.id()).matches("[0-9a-f]+");
        assertThat(info.spec()).isEqualTo(DISK);
        assertThat(info.layout()).isEqualTo(layout);
        assertThat(info.snapshotCount()).isZero();
        assertThat(info.features()).contains("layering");
        assertThat(info.parent()).isEmpty();
        assertThat(info.accessed()).isAfterOrEqualTo(info.created());
        assertThat(info.modified()).isAfterOrEqualTo(info.created());
    }

    @Test
    void anImageThatExistsCannotBeCreated() {
        Image image = create(MIB);
        write(image, 0, bytes(1, 100));

        assertRefused(Problem.IMAGE_EXISTS, () -> store.create(DISK, 2 * MIB, Layout.DEFAULT));

        assertThat(store.info(DISK).size()).isEqualTo(MIB);
        assertBytes(read(image, 0, 100), bytes(1, 100));
    }

    @Test
    void imagesAreListedByNameInOrderAndByPool() {
        store.createPool("volumes");
        store.create(image("b"), 2, Layout.DEFAULT);
        store.create(image("a"), 1, Layout.DEFAULT);
        store.create(image("B"), 3, Layout.DEFAULT);
        store.create(new ImageSpec("volumes", "a"), 4, Layout.DEFAULT);

        assertThat(store.images(POOL)).extracting(ImageInfo::spec).containsExactly(image("B"), image("a"), image("b"));
        assertThat(store.images(POOL)).extracting(ImageInfo::size).containsExactly(3L, 1L, 2L);
        assertThat(store.images("volumes")).extracting(ImageInfo::size).containsExactly(4L);
    }

    @Test
    void anImageThatIsNotThereIsReportedAsSuch() {
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.info(DISK));
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> open(DISK));
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> open(DISK, "s"));
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.remove(DISK, Progress.NONE));
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.rename(DISK, "other"));
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.watchers(DISK));
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.children(DISK, Optional.empty()));
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.openById(POOL, "abcdef", Optional.empty()));
    }

    @Test
    void renamingKeepsIdBytesAndOpenHandles() {
        Image image = create(MIB);
        write(image, 0, bytes(1, BLOCK));
        String id = store.info(DISK).id();

        store.rename(DISK, "other");
        write(image, BLOCK, bytes(2, BLOCK));

        assertThat(image.info().spec()).isEqualTo(image("other"));
        assertThat(store.info(image("other")).id()).isEqualTo(id);
        assertThat(store.images(POOL)).hasSize(1);
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.info(DISK));
        assertThat(read(open(image("other")), 0, 2 * BLOCK))
                .startsWith(bytes(1, BLOCK))
                .endsWith(bytes(2, BLOCK));
    }

    @Test
    void renamingToANameInUseIsRefused() {
        store.create(DISK, 1, Layout.DEFAULT);
        store.create(image("other"), 2, Layout.DEFAULT);

        assertRefused(Problem.IMAGE_EXISTS, () -> store.rename(DISK, "other"));

        assertThat(store.info(DISK).size()).isEqualTo(1);
        assertThat(store.info(image("other")).size()).isEqualTo(2);
    }

    @Test
    void aRemovedImageIsGoneAndItsNameIsFree() {
        Image image = create(MIB);
        write(image, 0, bytes(1, BLOCK));
        String id = image.info().id();
        closeImages();

        store.remove(DISK, Progress.NONE);

        assertThat(store.images(POOL)).isEmpty();
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> store.openById(POOL, id, Optional.empty()));
        Image again = create(MIB);
        assertThat(again.info().id()).isNotEqualTo(id);
        assertZero(again, 0, MIB);
    }

    @Test
    void anImageWithSnapshotsIsNotRemovedAndTheyAreNamed() {
        Image image = create(MIB);
        image.createSnapshot("monday");
        image.createSnapshot("tuesday");
        closeImages();

        var refusal = assertRefused(Problem.IMAGE_HAS_SNAPSHOTS, () -> store.remove(DISK, Progress.NONE));

        assertThat(refusal.blockers()).containsExactly("monday", "tuesday");
        assertThat(store.info(DISK).snapshotCount()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"READ_ONLY", "READ_WRITE"})
    void anOpenImageIsNotRemoved(String access) {
        store.create(DISK, MIB, Layout.DEFAULT);
        Image image = remember(store.open(DISK, Access.valueOf(access)));

        assertRefused(Problem.IMAGE_IN_USE, () -> store.remove(DISK, Progress.NONE));

        assertZero(image, 0, MIB);
        image.close();
        store.remove(DISK, Progress.NONE);
    }

    @Test
    void anImageCanBeOpenedByItsIdReadOnly() {
        Image image = create(MIB);
        write(image, 0, bytes(1, BLOCK));
        image.createSnapshot("s");
        write(image, 0, bytes(2, BLOCK));
        String id = image.info().id();

        Image now = remember(store.openById(POOL, id, Optional.empty()));
        Image then = remember(store.openById(POOL, id, Optional.of("s")));

        assertThat(now.readOnly()).isTrue();
        assertThat(now.info().spec()).isEqualTo(DISK);
        assertBytes(read(now, 0, BLOCK), bytes(2, BLOCK));
        assertThat(then.readOnly()).isTrue();
        assertBytes(read(then, 0, BLOCK), bytes(1, BLOCK));
        assertRefused(Problem.SNAPSHOT_NOT_FOUND, () -> store.openById(POOL, id, Optional.of("nosuch")));
    }

    @Test
    void theTrashOfAPoolIsEmptyAtFirst() {
        assertThat(store.trash(POOL)).isEmpty();
    }
}
