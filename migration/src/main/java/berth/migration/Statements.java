package berth.migration;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.MigrationRecord;
import berth.block.Problem;
import java.util.Optional;

/** Makes the statement of a receipt from the record of a migration whose commit has begun. */
final class Statements {
    private static final String DIGEST = "XXH3-128";

    private Statements() {}

    /** @throws BlockException {@link Problem#CORRUPT} when the notes lack what the commit found */
    static ReceiptStatement of(MigrationRecord record, MoveNotes notes, Receipts receipts) {
        MoveNotes.Seal seal = required(notes.seal(), record);
        return new ReceiptStatement(
                receipts.program(),
                receipts.actor(),
                origin(record, notes),
                target(record, notes),
                content(notes, seal),
                new ReceiptStatement.Verification(
                        seal.ranges().isPresent(), seal.sourceReread(), notes.acceptedChanges()),
                new ReceiptStatement.MoveTimes(
                        notes.prepared(),
                        required(notes.started(), record),
                        required(notes.executed(), record),
                        seal.committed()),
                notes.options());
    }

    private static <T> T required(Optional<T> note, MigrationRecord record) {
        return note.orElseThrow(() -> new BlockException(
                Problem.CORRUPT, "the mover's notes on the migration of " + record.target() + " are incomplete"));
    }

    private static ReceiptStatement.Origin origin(MigrationRecord record, MoveNotes notes) {
        return new ReceiptStatement.Origin(
                record.source().map(ImageSpec::toString),
                record.sourceId(),
                record.sourceDescription(),
                notes.validators());
    }

    private static ReceiptStatement.Target target(MigrationRecord record, MoveNotes notes) {
        return new ReceiptStatement.Target(
                record.target().pool(),
                record.target().image(),
                record.targetId(),
                notes.points().getLast().sizeBytes(),
                notes.points());
    }

    private static ReceiptStatement.Content content(MoveNotes notes, MoveNotes.Seal seal) {
        MoveNotes.Copied copied = notes.copied();
        return new ReceiptStatement.Content(
                seal.objectBytes(),
                copied.objects(),
                DIGEST,
                seal.rootDigest(),
                seal.ranges(),
                copied.bytesRead(),
                copied.bytesWritten(),
                Math.max(0, notes.bytesOfPoints() - copied.bytesWritten()));
    }
}
