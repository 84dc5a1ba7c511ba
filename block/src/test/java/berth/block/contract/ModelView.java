package berth.block.contract;

import berth.block.Access;
import berth.block.Fill;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.Snapshot;
import java.util.List;
import java.util.Optional;

/** What the generators of operations ask the model. Leaves nothing open. */
record ModelView(OracleSide side) {
    List<ImageInfo> images() {
        return OperationGenerator.POOLS.stream()
                .flatMap(pool -> side.store().images(pool).stream())
                .toList();
    }

    boolean exists(ImageSpec spec) {
        return images().stream().anyMatch(image -> image.spec().equals(spec));
    }

    boolean isOpen(ImageSpec spec) {
        return side.isOpen(spec);
    }

    /** Whether a flatten of the image may have been interrupted, which until it is done refuses a migration. */
    boolean isHalfFlat(ImageSpec spec) {
        return side.halfFlat.contains(spec);
    }

    List<Snapshot> snapshots(ImageSpec spec) {
        try (Image image = side.store().open(spec, Access.READ_ONLY)) {
            return image.snapshots();
        }
    }

    /** The clones of an image; a migration's source in the trash is one, too. */
    List<ImageSpec> children(ImageSpec spec) {
        return side.store().children(spec, Optional.empty());
    }

    List<MigrationRecord> migrations() {
        return side.store().migrations();
    }

    /** The migration that an image is the target of. */
    Optional<MigrationRecord> migrationTo(ImageSpec target) {
        return migrations().stream()
                .filter(migration -> migration.target().equals(target))
                .findFirst();
    }

    /** Whether nothing was copied yet though there is something to copy. */
    boolean isUntouched(MigrationRecord migration) {
        try (Fill fill = side.store().openFill(migration.target())) {
            return fill.objects() > 0 && fill.filledObjects() == 0;
        }
    }
}
