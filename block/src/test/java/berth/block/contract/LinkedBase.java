package berth.block.contract;

import berth.block.Extent;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Progress;
import java.util.List;
import java.util.Optional;

/** What the contracts of migrations inside a store share: a source with a history of snapshots. */
abstract class LinkedBase extends MigrationBase {
    static final ImageSpec SOURCE = image("source");
    static final ImageSpec TARGET = image("target");

    /** Makes an image that has the history of {@link MigrationBase#history}, and closes it. Returns its id. */
    final String makeSource() {
        List<SparseBytes> points = history();
        Image image = create(SOURCE, points.getFirst().size());
        become(image, points.get(0));
        image.createSnapshot("first");
        image.protectSnapshot("first");
        become(image, points.get(1));
        image.createSnapshot("second");
        become(image, points.get(2));
        closeImages();
        return store.info(SOURCE).id();
    }

    private static void become(Image image, SparseBytes wanted) {
        image.resize(wanted.size(), true, Progress.NONE);
        wanted.extents(0, wanted.size(), (at, n, kind) -> {
            if (kind == Extent.Kind.DATA) {
                write(image, at, wanted.read(at, (int) n));
            } else {
                image.discard(at, n);
            }
        });
    }

    /** Makes a clone {@code source} of {@link #DISK}{@code @s}, 1 MiB of bytes(1) of which 10 000 are overwritten. */
    final SparseBytes makeCloneAsSource() {
        Image parent = create(MIB);
        write(parent, 0, bytes(1, MIB));
        parent.createSnapshot("s");
        parent.protectSnapshot("s");
        store.clone(DISK.at("s"), SOURCE, Layout.DEFAULT);
        Image source = open(SOURCE);
        write(source, 5000, bytes(2, 10_000));
        source.createSnapshot("early");
        source.resize(MIB / 2, true, Progress.NONE);
        source.resize(2 * MIB, false, Progress.NONE);
        SparseBytes expected = new SparseBytes(2 * MIB);
        expected.write(0, readAll(source));
        closeImages();
        return expected;
    }

    final void assertHoldsHistory(ImageSpec image) {
        List<SparseBytes> points = history();
        assertBytes(readAll(open(image, "first")), all(points.get(0)));
        assertBytes(readAll(open(image, "second")), all(points.get(1)));
        assertBytes(readAll(open(image)), all(points.get(2)));
    }

    /** Opens an image in the trash. */
    final Image openInTrash(String id, Optional<String> snapshot) {
        return remember(store.openById(POOL, id, snapshot));
    }
}
