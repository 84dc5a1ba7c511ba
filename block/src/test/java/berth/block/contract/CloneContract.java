package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Extent;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.ParentLink;
import berth.block.Problem;
import berth.block.Progress;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clones: what shows through, children, flatten. */
abstract class CloneContract extends ContractBase {
    private static final ImageSpec CHILD = image("child");

    /** Makes {@link #DISK} with a protected snapshot {@code s} of 1 MiB of bytes(1), and then different bytes. */
    private Image parent() {
        Image parent = create(MIB);
        write(parent, 0, bytes(1, MIB));
        parent.createSnapshot("s");
        parent.protectSnapshot("s");
        write(parent, 0, bytes(2, MIB));
        return parent;
    }

    private Image cloneOf(ImageSpec image, String snapshot, ImageSpec child) {
        store.clone(image.at(snapshot), child, Layout.DEFAULT);
        return open(child);
    }

    @Test
    void aCloneReadsAsTheSnapshotAndIsWrittenOnItsOwn() {
        Image parent = parent();
        ImageInfo made = store.clone(DISK.at("s"), CHILD, Layout.ofOrder(20));
        Image child = open(CHILD);
        assertBytes(readAll(child), bytes(1, MIB));

        write(child, 5000, bytes(3, 10_000));
        child.discard(100_000, 50_000);

        byte[] expected = bytes(1, MIB);
        System.arraycopy(bytes(3, 10_000), 0, expected, 5000, 10_000);
        Arrays.fill(expected, 100_000, 150_000, (byte) 0);
        assertBytes(readAll(child), expected);
        assertBytes(readAll(open(DISK, "s")), bytes(1, MIB));
        assertBytes(readAll(parent), bytes(2, MIB));
        assertThat(made.size()).isEqualTo(MIB);
        assertThat(made.layout()).isEqualTo(Layout.ofOrder(20));
        assertThat(made.parent()).contains(new ParentLink(DISK.at("s"), MIB));
        reopen();
        assertBytes(readAll(open(CHILD)), expected);
    }

    @Test
    void cloningNeedsAProtectedSnapshotAndAFreeName() {
        Image parent = parent();
        parent.createSnapshot("open");
        ImageSpec nowhere = new ImageSpec("nosuch", "child");

        assertRefused(Problem.NOT_PROTECTED, () -> cloneOf(DISK, "open", CHILD));
        assertRefused(Problem.SNAPSHOT_NOT_FOUND, () -> cloneOf(DISK, "nosuch", CHILD));
        assertRefused(Problem.IMAGE_NOT_FOUND, () -> cloneOf(CHILD, "s", image("other")));
        assertRefused(Problem.POOL_NOT_FOUND, () -> cloneOf(DISK, "s", nowhere));
        assertRefused(Problem.IMAGE_EXISTS, () -> cloneOf(DISK, "s", DISK));
        assertThat(store.images(POOL)).extracting(ImageInfo::spec).containsExactly(DISK);
        assertThat(store.children(DISK, Optional.empty())).isEmpty();
    }

    @Test
    void childrenAreListedInOrderByImageAndBySnapshot() {
        store.createPool("images");
        Image parent = parent();
        parent.createSnapshot("t");
        parent.protectSnapshot("t");
        cloneOf(DISK, "s", image("b"));
        cloneOf(DISK, "t", image("a"));
        cloneOf(DISK, "s", new ImageSpec("images", "z"));

        assertThat(store.children(DISK, Optional.empty()))
                .containsExactly(new ImageSpec("images", "z"), image("a"), image("b"));
        assertThat(store.children(DISK, Optional.of("s"))).containsExactly(new ImageSpec("images", "z"), image("b"));
        assertThat(store.children(DISK, Optional.of("t"))).containsExactly(image("a"));
        assertThat(store.children(image("a"), Optional.empty())).isEmpty();
        assertRefused(Problem.SNAPSHOT_NOT_FOUND, () -> store.children(DISK, Optional.of("nosuch")));
    }

    @Test
    void aSnapshotWithChildrenStaysProtectedAndTheyAreNamed() {
        Image parent = parent();
        cloneOf(DISK, "s", image("b"));
        cloneOf(DISK, "s", image("a"));

        var refusal = assertRefused(Problem.SNAPSHOT_HAS_CHILDREN, () -> parent.unprotectSnapshot("s"));

        assertThat(refusal.blockers()).containsExactly("vms/a", "vms/b");
        assertRefused(Problem.SNAPSHOT_PROTECTED, () -> parent.removeSnapshot("s", Progress.NONE));
        closeImages();
        store.remove(image("a"), Progress.NONE);
        store.remove(image("b"), Progress.NONE);
        open(DISK).unprotectSnapshot("s");
        open(DISK).removeSnapshot("s", Progress.NONE);
    }

    @Test
    void namesOfTheParentFollowRenames() {
        Image parent = parent();
        Image child = cloneOf(DISK, "s", CHILD);

        parent.renameSnapshot("s", "t");
        store.rename(DISK, "renamed");
        store.rename(CHILD, "renamed-child");

        assertThat(child.info().parent())
                .contains(new ParentLink(image("renamed").at("t"), MIB));
        assertThat(store.children(image("renamed"), Optional.of("t"))).containsExactly(image("renamed-child"));
        assertBytes(readAll(child), bytes(1, MIB));
    }

    @Test
    void aCloneThatIsGrownReadsZeroesBeyondTheParent() {
        parent();
        Image child = cloneOf(DISK, "s", CHILD);

        child.resize(2 * MIB, false, Progress.NONE);

        assertBytes(read(child, 0, MIB), bytes(1, MIB));
        assertZero(child, MIB, MIB);
        assertThat(child.info().parent()).contains(new ParentLink(DISK.at("s"), MIB));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5000, MIB / 2})
    void aCloneThatWasShrunkDoesNotShowTheParentAgain(int size) {
        parent();
        Image child = cloneOf(DISK, "s", CHILD);
        child.createSnapshot("full");

        child.resize(size, true, Progress.NONE);
        child.resize(MIB, false, Progress.NONE);

        assertBytes(read(child, 0, size), Arrays.copyOf(bytes(1, MIB), size));
        assertZero(child, size, MIB - size);
        assertThat(overlap(child)).isEqualTo(size);
        reopen();
        child = open(CHILD);
        assertZero(child, size, MIB - size);
        child.rollback("full", Progress.NONE);
        assertBytes(readAll(child), bytes(1, MIB));
        assertThat(overlap(child)).isEqualTo(traits().rollbackRestoresOverlap() ? MIB : size);
    }

    private long overlap(Image child) {
        if (traits().rollbackRestoresOverlap()) {
            assertThat(child.info().parent()).isPresent();
        }
        return child.info().parent().map(ParentLink::overlapBytes).orElse(0L);
    }

    @Test
    void aCloneOfOddSizeEndsWhereTheParentEnds() {
        Image parent = create(BLOCK + 100);
        write(parent, 0, bytes(1, BLOCK + 100));
        parent.createSnapshot("s");
        parent.protectSnapshot("s");
        Image child = cloneOf(DISK, "s", CHILD);

        child.resize(3 * BLOCK, false, Progress.NONE);
        write(child, BLOCK + 200, bytes(2, 10));

        assertBytes(read(child, 0, BLOCK + 100), bytes(1, BLOCK + 100));
        assertZero(child, BLOCK + 100, 100);
        assertBytes(read(child, BLOCK + 200, 10), bytes(2, 10));
        assertZero(child, BLOCK + 210, 2 * BLOCK - 210);
    }

    @Test
    void aCloneOfACloneOfACloneReadsThroughAll() {
        parent();
        byte[] expected = bytes(1, MIB);
        ImageSpec above = DISK;
        for (int i = 0; i < 3; i++) {
            ImageSpec spec = image("clone-" + i);
            Image clone = cloneOf(above, "s", spec);
            write(clone, i * 100_000L + 7, bytes(10 + i, 150_000));
            System.arraycopy(bytes(10 + i, 150_000), 0, expected, i * 100_000 + 7, 150_000);
            clone.createSnapshot("s");
            clone.protectSnapshot("s");
            write(clone, 0, bytes(20 + i, MIB));
            above = spec;
        }
        Image last = cloneOf(above, "s", CHILD);
        assertBytes(readAll(last), expected);

        last.flatten(Progress.NONE);
        open(image("clone-1")).flatten(Progress.NONE);

        assertBytes(readAll(last), expected);
        assertBytes(readAll(open(image("clone-2"), "s")), expected);
        reopen();
        assertBytes(readAll(open(CHILD)), expected);
        assertBytes(readAll(open(image("clone-2"), "s")), expected);
    }

    @Test
    void flattenFreesTheParentOfTheImageAndItsSnapshots() {
        Image parent = parent();
        Image child = cloneOf(DISK, "s", CHILD);
        write(child, 10_000, bytes(3, 10_000));
        child.createSnapshot("early");
        byte[] early = readAll(child);
        child.discard(0, 300_000);
        child.resize(MIB / 2, true, Progress.NONE);
        byte[] now = readAll(child);

        child.flatten(Progress.NONE);

        assertThat(child.info().parent()).isEmpty();
        assertThat(store.children(DISK, Optional.empty())).isEmpty();
        assertBytes(readAll(child), now);
        assertBytes(readAll(open(CHILD, "early")), early);
        parent.unprotectSnapshot("s");
        parent.removeSnapshot("s", Progress.NONE);
        closeImages();
        store.remove(DISK, Progress.NONE);
        reopen();
        assertBytes(readAll(open(CHILD)), now);
        assertBytes(readAll(open(CHILD, "early")), early);
    }

    @Test
    void flattenCopiesNoHoles() {
        Image parent = create(TIB);
        write(parent, GIB, bytes(1, BLOCK));
        parent.createSnapshot("s");
        parent.protectSnapshot("s");
        Image child = cloneOf(DISK, "s", CHILD);

        child.flatten(Progress.NONE);

        granules().assertUsed(child.usage().usedBytes(), BLOCK);
        assertBytes(read(child, GIB, BLOCK), bytes(1, BLOCK));
    }

    @Test
    void zeroesHideTheParentAndWhatShowsThroughIsData() {
        parent();
        Image child = cloneOf(DISK, "s", CHILD);
        child.discard(0, MIB / 2);

        assertNoData(child, 0, MIB / 2);
        assertThat(extents(child, MIB / 2, MIB / 2)).allMatch(extent -> extent.kind() == Extent.Kind.DATA);
        assertZero(child, 0, MIB / 2);
    }

    @Test
    void aCancelledFlattenLosesNothing() {
        parent();
        Image child = cloneOf(DISK, "s", CHILD);
        write(child, 10_000, bytes(3, 10_000));
        byte[] before = readAll(child);

        assertRefused(Problem.CANCELLED, () -> child.flatten((done, total) -> false));

        assertBytes(readAll(child), before);
        assertThat(child.info().parent()).isPresent();
        child.flatten(Progress.NONE);
        assertBytes(readAll(child), before);
    }
}
