package berth.cli.call;

/**
 * A command of the program.
 *
 * @param grammar what it takes
 * @param action what it does
 */
public record Command(Grammar grammar, Action action) {
    /** What a command does. */
    @FunctionalInterface
    public interface Action {
        /**
         * Runs the command.
         *
         * @return the exit status
         * @throws CommandFailure with the message and status of a failure
         * @throws berth.block.BlockException for a failure that has no words of its own in {@code rbd}
         */
        int run(Call call);
    }
}
