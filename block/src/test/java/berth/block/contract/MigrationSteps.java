package berth.block.contract;

import berth.block.Fill;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.ObjectDigest;
import berth.block.Progress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The operations of an oracle on migrations. */
final class MigrationSteps {
    private static final String DONE = "done";

    private MigrationSteps() {}

    static Operation prepareImport(TestSource source, ImageSpec target) {
        return new Operation("migration prepare --import-only " + source + " " + target, side -> {
            var made = side.store().prepareImport(target, Layout.DEFAULT, source, Map.of("kind", "import"));
            return Arrays.asList(Facts.OfImage.of(made), Facts.snapshots(side.image(target)));
        });
    }

    /** Prepares; a source that is open is not closed before. */
    static Operation prepareLinked(ImageSpec source, ImageSpec target, boolean flatten) {
        String text = "migration prepare " + source + " " + target + (flatten ? " --flatten" : "");
        return new Operation(text, side -> {
            var made = side.store().prepareLinked(source, target, Layout.DEFAULT, flatten, Map.of("kind", "linked"));
            return Arrays.asList(Facts.OfImage.of(made), Facts.snapshots(side.image(target)));
        });
    }

    /** Copies the objects that begin in a range, and checks their digests. */
    static Operation fill(ImageSpec image, long start, long end) {
        return new Operation(
                "migration execute " + image + " from byte " + start + " to " + end,
                false,
                List.of(
                        side -> side.store()
                                .update(image, MigrationState.EXECUTING, Map.of("end", Long.toString(end)))
                                .state(),
                        side -> copy(side, image, start, end)));
    }

    /** Copies everything that is left. */
    static Operation execute(ImageSpec image) {
        return new Operation(
                "migration execute " + image,
                false,
                List.of(
                        side -> side.store()
                                .update(image, MigrationState.EXECUTING, Map.of())
                                .state(),
                        side -> copy(side, image, 0, Long.MAX_VALUE),
                        side -> Facts.OfMigration.of(
                                side.store().update(image, MigrationState.EXECUTED, Map.of("all", "copied")))));
    }

    private static String copy(OracleSide side, ImageSpec image, long start, long end) {
        try (Fill fill = side.store().openFill(image)) {
            long first = start / fill.objectBytes();
            for (long object = first; object < fill.objects() && object * fill.objectBytes() < end; object++) {
                side.meanwhile().step(object, fill.objects());
                ObjectDigest copied = fill.fill(object).digest().orElseThrow();
                List<ObjectDigest> digests =
                        List.of(fill.recorded(object), fill.reread(object), fill.sourceDigest(object));
                if (!digests.equals(List.of(copied, copied, copied))) {
                    throw new AssertionError("digests of object " + object + " differ: copied " + copied
                            + "; recorded, reread, source: " + digests);
                }
            }
            fill.checkpoint();
        }
        return DONE;
    }

    /** Commits in the two steps that the mover takes. */
    static Operation commit(ImageSpec image) {
        return inState("migration commit " + image, image, MigrationState.COMMITTING, side -> {
            side.store().commitMigration(image, Progress.NONE);
            return DONE;
        });
    }

    /** Tries to commit what has not been copied. */
    static Operation commitTooEarly(ImageSpec image) {
        return new Operation("migration commit " + image + " too early", side -> {
            side.store().commitMigration(image, Progress.NONE);
            return DONE;
        });
    }

    /** Aborts in the two steps that the mover takes; a target that is open is not closed before. */
    static Operation abort(ImageSpec image) {
        return inState("migration abort " + image, image, MigrationState.ABORTING, side -> {
            side.store().abortMigration(image, Progress.NONE);
            return DONE;
        });
    }

    private static Operation inState(
            String text, ImageSpec image, MigrationState state, Function<OracleSide, Object> action) {
        return new Operation(
                text,
                false,
                List.of(
                        side -> side.store()
                                .update(image, state, Map.of("why", text))
                                .state(),
                        action));
    }
}
