package berth.ceph;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Progress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clones of several objects that are made smaller: their snapshots keep what showed through from the parent. */
final class CephSemanticsIT {
    private static final int OBJECT = 1 << 16;
    private static final int SIZE = 16 * OBJECT;
    private static final ImageSpec PARENT = new ImageSpec("vms", "parent");
    private static final ImageSpec CHILD = new ImageSpec("vms", "child");
    private static final Layout SMALL_OBJECTS = Layout.ofOrder(16);

    private final byte[] content = new byte[SIZE];
    private CephStore store;
    private Image child;

    @BeforeEach
    void makeClone() {
        CephFixture.empty();
        store = CephStore.open(CephFixture.config());
        store.createPool("vms");
        new Random(1).nextBytes(content);
        store.create(PARENT, SIZE, SMALL_OBJECTS);
        try (Image parent = store.open(PARENT, Access.READ_WRITE)) {
            parent.write(0, ByteBuffer.wrap(content));
            parent.createSnapshot("s");
            parent.protectSnapshot("s");
        }
        store.clone(PARENT.at("s"), CHILD, SMALL_OBJECTS);
        child = store.open(CHILD, Access.READ_WRITE);
        child.write(2 * OBJECT + 5, ByteBuffer.wrap(new byte[100]));
        Arrays.fill(content, 2 * OBJECT + 5, 2 * OBJECT + 105, (byte) 0);
        child.createSnapshot("full");
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static byte[] bytes(Image image) {
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(image.size()));
        image.read(0, all);
        return all.array();
    }

    @Test
    void rollbackAfterShrinkingBringsBackWhatShowedThroughFromTheParent() {
        child.resize(5 * OBJECT + 7, true, Progress.NONE);
        child.resize(SIZE, false, Progress.NONE);
        child.rollback("full", Progress.NONE);

        assertThat(bytes(child)).isEqualTo(content);
    }

    @Test
    void rollbackAfterShrinkingToNothingBringsBackWhatShowedThroughFromTheParent() {
        child.resize(0, true, Progress.NONE);
        child.rollback("full", Progress.NONE);

        assertThat(bytes(child)).isEqualTo(content);
    }

    @Test
    void flattenKeepsWhatASnapshotShowsOfTheParentBeyondTheSizeOfNow() {
        child.resize(5 * OBJECT + 7, true, Progress.NONE);

        child.flatten(Progress.NONE);

        assertThat(bytes(child)).isEqualTo(Arrays.copyOf(content, 5 * OBJECT + 7));
        try (Image full = store.open(CHILD.at("full"))) {
            assertThat(bytes(full)).isEqualTo(content);
            assertThat(full.info().parent()).isEmpty();
        }
        assertThat(store.children(PARENT, Optional.empty())).isEmpty();
    }
}
