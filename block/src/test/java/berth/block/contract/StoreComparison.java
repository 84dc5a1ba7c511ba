package berth.block.contract;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationStore;
import berth.block.Snapshot;
import berth.block.TrashEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares everything that two stores hold. */
final class StoreComparison {
    private final Random random;
    private final StoreTraits traits;

    StoreComparison(Random random, StoreTraits traits) {
        this.random = random;
        this.traits = traits;
    }

    void compare(MigrationStore model, MigrationStore subject) {
        compareFacts(model, subject);
        Set<ImageSpec> migrating =
                model.migrations().stream().map(MigrationRecord::target).collect(Collectors.toSet());
        for (String pool : OperationGenerator.POOLS) {
            for (ImageInfo info : model.images(pool)) {
                compareImage(model, subject, info, migrating.contains(info.spec()));
            }
            for (TrashEntry entry : model.trash(pool)) {
                compareTrashed(model, subject, pool, entry);
            }
        }
    }

    /** Compares what there is, not what is in it. */
    static void compareFacts(MigrationStore model, MigrationStore subject) {
        Facts.OfStore facts = Facts.OfStore.of(subject, OperationGenerator.POOLS);
        assertThat(facts).as("facts").isEqualTo(Facts.OfStore.of(model, OperationGenerator.POOLS));
    }

    private void compareImage(MigrationStore model, MigrationStore subject, ImageInfo info, boolean migrating) {
        ImageSpec spec = info.spec();
        try (Image expected = model.open(spec, Access.READ_ONLY);
                Image actual = subject.open(spec, Access.READ_ONLY)) {
            assertThat(Facts.snapshots(actual)).as("snapshots of %s", spec).isEqualTo(Facts.snapshots(expected));
            assertThat(Facts.children(subject, spec, Optional.empty()))
                    .as("clones of %s", spec)
                    .isEqualTo(Facts.children(model, spec, Optional.empty()));
            comparison(spec.toString(), expected, actual).compareBytes();
            boolean alone = info.parent().isEmpty() && info.snapshotCount() == 0 && !migrating;
            comparison(spec.toString(), expected, actual).compareUsage(alone);
            List<String> earlier = new ArrayList<>(List.of(""));
            for (Snapshot snapshot : expected.snapshots()) {
                compareSnapshot(model, subject, spec, snapshot.name());
                earlier.add(snapshot.name());
            }
            compareDifference(model, subject, info, earlier);
        }
    }

    private void compareSnapshot(MigrationStore model, MigrationStore subject, ImageSpec spec, String snapshot) {
        try (Image expected = model.open(spec.at(snapshot));
                Image actual = subject.open(spec.at(snapshot))) {
            String name = spec.at(snapshot).toString();
            comparison(name, expected, actual).compareBytes();
            comparison(name, expected, actual).compareUsage(false);
        }
    }

    /** Compares the difference between two points in time taken at random; nothing at all is one of the earlier ones. */
    private void compareDifference(
            MigrationStore model, MigrationStore subject, ImageInfo info, List<String> snapshots) {
        int earliest = random.nextInt(snapshots.size());
        int latest = random.nextInt(earliest, snapshots.size() + 1);
        String from = snapshots.get(earliest);
        String to = latest == snapshots.size() ? "" : snapshots.get(latest);
        ImageSpec spec = info.spec();
        try (Image expected = open(model, spec, to);
                Image actual = open(subject, spec, to)) {
            String name = "difference of " + spec + "@" + to + " from '" + from + "'";
            comparison(name, expected, actual)
                    .compareDifference(
                            Optional.of(from).filter(earlier -> !earlier.isEmpty()),
                            earlier -> open(model, spec, earlier));
        }
    }

    private ImageComparison comparison(String name, Image expected, Image actual) {
        return new ImageComparison(name, traits, expected, actual);
    }

    private static Image open(MigrationStore store, ImageSpec spec, String snapshot) {
        return snapshot.isEmpty() ? store.open(spec, Access.READ_ONLY) : store.open(spec.at(snapshot));
    }

    private void compareTrashed(MigrationStore model, MigrationStore subject, String pool, TrashEntry entry) {
        // Ids differ between the stores; names in the trash need not be unique, so the ids come from the migrations.
        for (MigrationRecord migration : model.migrations()) {
            if (migration.sourceId().equals(Optional.of(entry.id()))) {
                String id = subject.migration(migration.target()).sourceId().orElseThrow();
                try (Image expected = model.openById(pool, entry.id(), Optional.empty());
                        Image actual = subject.openById(pool, id, Optional.empty())) {
                    assertThat(Facts.snapshots(actual)).isEqualTo(Facts.snapshots(expected));
                    comparison("trash of " + pool + ": " + entry.name(), expected, actual)
                            .compareBytes();
                }
            }
        }
    }
}
