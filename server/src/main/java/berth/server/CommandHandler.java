package berth.server;

/** Runs commands, several at a time. */
public interface CommandHandler extends AutoCloseable {
    /** The exit status of a command whose output nobody reads any more: what the shell reports after SIGPIPE. */
    int BROKEN_PIPE_STATUS = 141;

    /**
     * Runs one command to its end. Failures are reported on the command's standard error, not thrown.
     *
     * @param invocation what was asked
     * @param io the command's streams
     * @return the exit status, 0 to 255
     */
    int run(Invocation invocation, CommandIo io);

    /** Closes what commands had opened. No command runs any more. */
    @Override
    void close();
}
