package berth.migration;

import berth.block.BlockException;
import berth.block.MigrationRecord;
import berth.block.Problem;
import berth.block.Source;
import berth.block.SourceOpener;
import java.util.List;
import java.util.Map;

/** Finds out whether a migration's source is still what it was. An image of the store cannot change: it is in the trash. */
final class SourceCheck {
    private final SourceOpener sources;
    private final Adoption adoption;

    SourceCheck(SourceOpener sources, Adoption adoption) {
        this.sources = sources;
        this.adoption = adoption;
    }

    /** Compares the source with the notes in the record, or with those that are made of a migration from elsewhere. */
    MoveNotes check(MigrationRecord record, boolean accept) {
        return check(record, adoption.notes(record), accept);
    }

    /**
     * Compares the source with the notes.
     *
     * @param accept whether changes are noted instead of refused
     * @return the notes, with the accepted changes
     * @throws BlockException {@link Problem#SOURCE_CHANGED}, also when the source is gone
     */
    MoveNotes check(MigrationRecord record, MoveNotes notes, boolean accept) {
        if (!record.importOnly()) {
            return notes;
        }
        Map<String, String> now;
        try (Source source = sources.open(record.sourceDescription())) {
            now = source.validators();
        } catch (BlockException e) {
            if (!accept) {
                throw refusal(e);
            }
            return notes.accepting(List.of("cannot be opened any more: " + e.getMessage()), notes.validators());
        }
        List<String> changes = Validators.changes(notes.validators(), now);
        if (changes.isEmpty()) {
            return notes;
        }
        if (!accept) {
            throw Validators.refusal(changes);
        }
        return notes.accepting(changes, now);
    }

    private static BlockException refusal(BlockException e) {
        // A server that does not answer now says nothing of the disk.
        if (e.problem() == Problem.IO) {
            return BlockException.withErrno(
                    Problem.IO,
                    e.errno(),
                    "cannot see whether the source changed: " + e.getMessage()
                            + "; nothing was committed, try again later");
        }
        return new BlockException(Problem.SOURCE_CHANGED, "the source cannot be opened any more: " + e.getMessage(), e);
    }
}
