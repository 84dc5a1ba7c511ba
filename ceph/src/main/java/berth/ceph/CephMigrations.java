package berth.ceph;

import berth.block.BlockException;
import berth.block.Fill;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.SnapshotSpec;
import berth.block.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The steps of migrations into a cluster. What a step is depends on who fills the image: librbd, so that clients can use it
 * meanwhile, or Berth, under a hidden name.
 */
final class CephMigrations {
    private final StoredMoves moves;
    private final Copies copies;
    private final NativeMoves nativeMoves;
    private final NativeMigrations natives;
    private final Creation creation;
    private final Publisher publisher;

    CephMigrations(
            StoredMoves moves,
            Copies copies,
            NativeMoves nativeMoves,
            NativeMigrations natives,
            Creation creation,
            Publisher publisher) {
        this.moves = moves;
        this.copies = copies;
        this.nativeMoves = nativeMoves;
        this.natives = natives;
        this.creation = creation;
        this.publisher = publisher;
    }

    ImageInfo prepareCopy(
            ImageSpec target,
            Optional<SnapshotSpec> parent,
            Layout layout,
            Source source,
            Map<String, String> attributes) {
        return copies.prepare(target, parent, layout, source, attributes);
    }

    ImageInfo prepareImport(ImageSpec target, Layout layout, Source source, Map<String, String> attributes) {
        source.requireImportable();
        return natives.prepareImport(target, creation.ofTarget(layout, false), source, publisher, attributes);
    }

    ImageInfo prepareLinked(
            ImageSpec source, ImageSpec target, Layout layout, boolean flatten, Map<String, String> attributes) {
        return natives.prepareLinked(source, target, creation.ofTarget(layout, flatten), attributes);
    }

    /** The migrations of librbd that read their source from Berth. Notes that are damaged keep no others from it. */
    List<PublishedSource> published() {
        return nativeMoves.readable().stream()
                .map(NativeMove::published)
                .flatMap(Optional::stream)
                .toList();
    }

    /** Targets come first: the name of a source in the trash is free for others, a copy among them. */
    private <T> T with(ImageSpec image, Function<NativeMove, T> byLibrbd, BiFunction<Filling, Moving, T> byBerth) {
        Optional<NativeMove> target = nativeMoves.ofTarget(image);
        if (target.isPresent()) {
            return byLibrbd.apply(target.get());
        }
        Moving moving;
        try {
            moving = moves.find(image);
        } catch (BlockException e) {
            if (e.problem() != Problem.IMAGE_NOT_FOUND) {
                throw e;
            }
            return byLibrbd.apply(nativeMoves.ofTrashedSource(image).orElseThrow(() -> e));
        }
        return byBerth.apply(filling(moving), moving);
    }

    private Filling filling(Moving moving) {
        return switch (moving.move().kind()) {
            case COPY -> copies;
        };
    }

    MigrationRecord migration(ImageSpec image) {
        return with(image, NativeMove::toRecord, (_, moving) -> moving.toRecord());
    }

    List<MigrationRecord> all() {
        return Stream.concat(
                        nativeMoves.all().stream().map(NativeMove::toRecord),
                        moves.all().stream().map(Moving::toRecord))
                .toList();
    }

    MigrationRecord update(ImageSpec image, MigrationState state, Map<String, String> attributes) {
        return with(
                image,
                move -> nativeMoves.update(move, state, attributes).toRecord(),
                (_, moving) -> moves.update(moving, state, attributes).toRecord());
    }

    Fill openFill(ImageSpec image) {
        return with(image, natives::open, Filling::open);
    }

    void commit(ImageSpec image, Progress progress) {
        with(
                image,
                move -> {
                    natives.commit(move, progress);
                    return move.id();
                },
                (filling, moving) -> {
                    filling.commit(moving, progress);
                    return moving.id();
                });
    }

    void abort(ImageSpec image, Progress progress) {
        with(
                image,
                move -> {
                    natives.abort(move, progress);
                    return move.id();
                },
                (filling, moving) -> {
                    filling.abort(moving, progress);
                    return moving.id();
                });
    }
}
