package berth.migration;

import berth.block.BlockException;
import berth.block.Problem;

/** What an interrupted wait becomes. */
final class Interruptions {
    private Interruptions() {}

    /** The failure of an operation whose thread was interrupted. */
    static BlockException cancelled(InterruptedException cause) {
        return new BlockException(Problem.CANCELLED, "the operation was interrupted", cause);
    }
}
