package berth.ceph;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Problem;
import berth.block.Snapshot;
import berth.block.Source;
import berth.block.SourceOpener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Both sides of a migration of librbd, open for reading, by their points in time.
 *
 * @param pairs oldest first; the last one is the disk itself
 * @param closing closes what is open
 */
record NativeSides(List<Pair> pairs, List<Runnable> closing) implements AutoCloseable {
    /**
     * A point in time.
     *
     * @param name the snapshot's name; empty for the disk itself
     * @param source what it is in the source
     * @param target what it is in the target
     */
    record Pair(String name, BlockReader source, BlockReader target) {
        boolean isDisk() {
            return name.isEmpty();
        }
    }

    /** One side's point in time. */
    private record Point(String name, BlockReader reader) {}

    /**
     * Opens both sides.
     *
     * @param proven whether the target has the disk as it was copied
     * @throws BlockException {@link Problem#SNAPSHOT_NOT_FOUND} when a snapshot of the target has gone
     */
    static NativeSides open(CephStore store, SourceOpener sources, NativeMove move, boolean proven) {
        NativeSides sides = new NativeSides(new ArrayList<>(), new ArrayList<>());
        try {
            Optional<ImageSpec> image = move.notes().source();
            List<Point> points = image.isPresent()
                    ? sides.imagePoints(store, image.get().pool(), move.notes().sourceId())
                    : sides.sourcePoints(sources, move.notes().description());
            for (Point point : points) {
                Optional<String> snapshot = Optional.of(point.name)
                        .filter(name -> !name.isEmpty())
                        .or(() -> proven ? Optional.of(NativeMigrations.PROOF) : Optional.empty());
                sides.pairs.add(new Pair(point.name, point.reader, sides.target(store, move, snapshot)));
            }
            return sides;
        } catch (RuntimeException e) {
            sides.close();
            throw e;
        }
    }

    /** The source cannot change. What a client adds to the target from here on is not what was copied. */
    private Image keep(CephImage open) {
        closing.add(open::close);
        return open.settled();
    }

    private List<Point> sourcePoints(SourceOpener sources, String description) {
        Source source = sources.open(description);
        closing.add(source::close);
        return source.points().stream()
                .map(point -> new Point(point.name(), point.reader()))
                .toList();
    }

    private List<Point> imagePoints(CephStore store, String pool, String id) {
        List<Point> points = new ArrayList<>();
        Image disk = keep(store.openById(pool, id, Optional.empty()));
        for (Snapshot snapshot : disk.snapshots()) {
            Image then = keep(store.openById(pool, id, Optional.of(snapshot.name())));
            points.add(new Point(snapshot.name(), then));
        }
        points.add(new Point("", disk));
        return points;
    }

    private Image target(CephStore store, NativeMove move, Optional<String> snapshot) {
        try {
            return keep(store.openById(move.target().pool(), move.id(), snapshot));
        } catch (BlockException e) {
            if (e.problem() != Problem.SNAPSHOT_NOT_FOUND) {
                throw e;
            }
            throw new BlockException(
                    Problem.SNAPSHOT_NOT_FOUND,
                    "the source's snapshot '" + snapshot.orElse("") + "' has been removed from " + move.target()
                            + " since, so that it cannot be compared; abort the migration, or end it with rbd, which"
                            + " compares nothing",
                    e);
        }
    }

    /** Closes everything. */
    @Override
    public void close() {
        Closing.all(closing);
    }
}
