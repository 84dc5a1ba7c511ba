package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Fill;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.Progress;
import java.util.List;
import java.util.Map;

/** What the contracts of migrations share: a source with a history, and the mover's steps. */
abstract class MigrationBase extends ContractBase {
    /** The size of the source now. */
    static final int SIZE = 9 * MIB + 1234;

    /**
     * The points of a disk: {@code first}, protected; {@code second}, larger; and now, smaller again. In objects of 4 MiB
     * some differ in all points, some in none, some are empty.
     */
    static List<SparseBytes> history() {
        SparseBytes first = new SparseBytes(8 * MIB);
        first.write(0, bytes(101, 100_000)).write(4 * MIB - 3000, bytes(102, 10_000));
        first.write(7 * MIB, bytes(103, MIB));
        SparseBytes second = first.copy();
        second.resize(14 * MIB);
        second.write(50_000, bytes(104, 100_000)).write(13 * MIB + 5, bytes(105, 70_000));
        SparseBytes now = second.copy();
        now.resize(SIZE);
        now.zero(0, 20_000, false);
        now.zero(7 * MIB, 300_000, false);
        now.write(SIZE - 7, bytes(106, 7));
        return List.of(first, second, now);
    }

    /** A source that holds {@link #history}. */
    final TestSource historySource() {
        List<SparseBytes> points = history();
        return sources.add()
                .snapshot("first", true, points.get(0))
                .snapshot("second", false, points.get(1))
                .now(points.get(2));
    }

    static byte[] all(SparseBytes bytes) {
        return bytes.read(0, Math.toIntExact(bytes.size()));
    }

    final void prepareImport(ImageSpec target, TestSource source) {
        store.prepareImport(target, Layout.DEFAULT, source, Map.of());
    }

    final void prepareLinked(ImageSpec source, ImageSpec target, boolean flatten) {
        store.prepareLinked(source, target, Layout.DEFAULT, flatten, Map.of());
    }

    /** Copies everything and says so. */
    final void execute(ImageSpec image) {
        store.update(image, MigrationState.EXECUTING, Map.of());
        try (Fill fill = store.openFill(image)) {
            do {
                for (long object = 0; object < fill.objects(); object++) {
                    fill.fill(object);
                }
                fill.checkpoint();
            } while (fill.nextPass());
            assertThat(fill.filledObjects()).isEqualTo(fill.objects());
        }
        store.update(image, MigrationState.EXECUTED, Map.of());
    }

    final void commit(ImageSpec image) {
        store.commitMigration(image, Progress.NONE);
    }

    final void abort(ImageSpec image) {
        store.abortMigration(image, Progress.NONE);
    }
}
