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
import berth.block.Source;
import java.util.List;
import java.util.Map;

/** The steps of migrations into a cluster. What a step is depends on how the image is filled. */
final class CephMigrations {
    private final StoredMoves moves;
    private final Copies copies;

    CephMigrations(StoredMoves moves, Copies copies) {
        this.moves = moves;
        this.copies = copies;
    }

    ImageInfo prepareCopy(ImageSpec target, Layout layout, Source source, Map<String, String> attributes) {
        return copies.prepare(target, layout, source, attributes);
    }

    /** The refusal of a target that clients could use while it is being filled. */
    static BlockException cannotFillInUse() {
        return new BlockException(
                Problem.UNSUPPORTED,
                "an image of a Ceph cluster cannot be used while it is being filled; copy the disk with 'import'");
    }

    private Filling filling(Moving moving) {
        return switch (moving.move().kind()) {
            case COPY -> copies;
        };
    }

    MigrationRecord migration(ImageSpec image) {
        return moves.find(image).toRecord();
    }

    List<MigrationRecord> all() {
        return moves.all().stream().map(Moving::toRecord).toList();
    }

    MigrationRecord update(ImageSpec image, MigrationState state, Map<String, String> attributes) {
        return moves.update(moves.find(image), state, attributes).toRecord();
    }

    Fill openFill(ImageSpec image) {
        Moving moving = moves.find(image);
        return filling(moving).open(moving);
    }

    void commit(ImageSpec image, Progress progress) {
        Moving moving = moves.find(image);
        filling(moving).commit(moving, progress);
    }

    void abort(ImageSpec image, Progress progress) {
        Moving moving = moves.find(image);
        filling(moving).abort(moving, progress);
    }
}
