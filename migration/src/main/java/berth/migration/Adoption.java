package berth.migration;

import berth.block.BlockException;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.MigrationStore;
import berth.block.Snapshot;
import berth.block.Source;
import berth.block.SourceOpener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Takes over migrations that another program has prepared, as {@code rbd} can on a cluster. */
final class Adoption {
    private final MigrationStore store;
    private final SourceOpener sources;
    private final TimeSource time;

    Adoption(MigrationStore store, SourceOpener sources, TimeSource time) {
        this.store = store;
        this.sources = sources;
        this.time = time;
    }

    /**
     * The mover's notes on a migration.
     *
     * @throws BlockException when another program has prepared it, and its source cannot be opened here; nothing could
     *     be compared then
     */
    MoveNotes notes(MigrationRecord record) {
        return MoveNotes.find(record).orElseGet(() -> adopt(record));
    }

    private MoveNotes adopt(MigrationRecord record) {
        MoveNotes notes = record.source().isPresent()
                ? ofImage(record.source().get(), record.sourceId().orElseThrow())
                : ofSource(record);
        return notes.with("prepared_by", "another program");
    }

    private MoveNotes ofImage(ImageSpec source, String id) {
        List<MovedPoint> points = new ArrayList<>();
        try (Image image = store.openById(source.pool(), id, Optional.empty())) {
            for (Snapshot snapshot : image.snapshots()) {
                points.add(new MovedPoint(snapshot.name(), snapshot.size(), snapshot.isProtected()));
            }
            points.add(new MovedPoint("", image.size(), false));
        }
        return MoveNotes.prepared(Map.of(), points, 0, time.now());
    }

    private MoveNotes ofSource(MigrationRecord record) {
        try (Source source = sources.open(record.sourceDescription())) {
            List<MovedPoint> points = source.points().stream()
                    .map(point -> new MovedPoint(point.name(), point.reader().size(), point.isProtected()))
                    .toList();
            return MoveNotes.prepared(source.validators(), points, 0, time.now());
        } catch (BlockException e) {
            throw new BlockException(
                    e.problem(),
                    "the migration of " + record.target() + " was prepared by another program, and its source cannot be"
                            + " read here to compare it: " + e.getMessage(),
                    e);
        }
    }
}
