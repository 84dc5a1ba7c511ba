package berth.migration;

import berth.block.BlockException;
import berth.block.Fill;
import berth.block.Problem;
import berth.block.SelfFilling;
import java.util.function.Supplier;

/** What is different about the commit of an image that the store has copied by itself. */
final class SelfFilled {
    private static final String CLIENT_WRITES = "accepted_client_writes";

    private SelfFilled() {}

    /**
     * Prepares the comparison.
     *
     * @return the notes with what other programs have not noted
     * @throws BlockException {@link Problem#UNSUPPORTED} when nothing is to be compared: nobody else has done it
     */
    static MoveNotes prepare(SelfFilling fill, MoveNotes notes, CommitOptions options, TimeSource time) {
        if (options.skipVerification()) {
            throw new BlockException(
                    Problem.UNSUPPORTED,
                    "what librbd has copied is known from reading it only: it has to be compared with the source");
        }
        MoveNotes completed = notes.completed(time.now(), fill.objects());
        if (!options.acceptClientWrites() || fill.keepsWhatWasCopied()) {
            return completed;
        }
        fill.acceptClientWrites();
        return completed.with(CLIENT_WRITES, "the disk itself was not compared, only its snapshots");
    }

    /** Says of a difference that clients may have made it, where that cannot be told. */
    static <T> T explain(Fill fill, Supplier<T> verification) {
        try {
            return verification.get();
        } catch (BlockException e) {
            if (e.problem() != Problem.CORRUPT || !(fill instanceof SelfFilling self) || self.keepsWhatWasCopied()) {
                throw e;
            }
            throw new BlockException(
                    Problem.CORRUPT,
                    e.getMessage() + ". The image has no snapshot of the moment it was prepared, so what clients have"
                            + " written since cannot be told from wrong data: if they have, and you know of no other"
                            + " reason, accept client writes, and only the snapshots are compared",
                    e.blockers());
        }
    }
}
