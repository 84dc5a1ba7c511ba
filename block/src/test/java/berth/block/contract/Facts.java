package berth.block.contract;

import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.ParentLink;
import berth.block.Snapshot;
import berth.block.SnapshotSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What two stores that hold the same must agree on: everything but ids and times. */
final class Facts {
    /** An image. How much of the parent it shows is left out: a migration of an image that was rolled back may cut it. */
    record OfImage(ImageSpec spec, long size, Layout layout, int snapshots, Optional<SnapshotSpec> parent) {
        static OfImage of(ImageInfo info) {
            return new OfImage(
                    info.spec(),
                    info.size(),
                    info.layout(),
                    info.snapshotCount(),
                    info.parent().map(ParentLink::snapshot));
        }
    }

    /** A snapshot. */
    record OfSnapshot(String name, long size, boolean isProtected) {
        static OfSnapshot of(Snapshot snapshot) {
            return new OfSnapshot(snapshot.name(), snapshot.size(), snapshot.isProtected());
        }
    }

    /** A migration. */
    record OfMigration(
            ImageSpec target, Optional<ImageSpec> source, MigrationState state, Map<String, String> attributes) {
        static OfMigration of(MigrationRecord migration) {
            return new OfMigration(migration.target(), migration.source(), migration.state(), migration.attributes());
        }
    }

    /** A whole store. */
    record OfStore(List<List<OfImage>> images, List<List<String>> trash, List<OfMigration> migrations) {
        static OfStore of(MigrationStore store, List<String> pools) {
            return new OfStore(
                    pools.stream()
                            .map(pool ->
                                    store.images(pool).stream().map(OfImage::of).toList())
                            .toList(),
                    pools.stream()
                            .map(pool -> store.trash(pool).stream()
                                    .map(entry -> entry.name() + " " + entry.origin())
                                    .sorted()
                                    .toList())
                            .toList(),
                    store.migrations().stream()
                            .map(OfMigration::of)
                            .sorted(Comparator.comparing(OfMigration::target))
                            .toList());
        }
    }

    private Facts() {}

    static List<OfSnapshot> snapshots(Image image) {
        return image.snapshots().stream().map(OfSnapshot::of).toList();
    }

    /**
     * The clones of an image, without those that migrate: whether the source in the trash counts beside the target is
     * left open.
     */
    static List<ImageSpec> children(MigrationStore store, ImageSpec image, Optional<String> snapshot) {
        List<ImageSpec> migrating = store.migrations().stream()
                .flatMap(migration -> Stream.concat(Stream.of(migration.target()), migration.source().stream()))
                .toList();
        return store.children(image, snapshot).stream()
                .filter(child -> !migrating.contains(child))
                .toList();
    }
}
