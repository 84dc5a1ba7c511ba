package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How a program ended.
 *
 * @param command the command, for messages
 * @param status its exit status; 128 plus the signal's number where a signal ended it
 * @param out what it wrote to standard output
 * @param err what it wrote to standard error
 */
record Outcome(String command, int status, String out, String err) {
    /** Asserts that the program succeeded. */
    Outcome succeeded() {
        return endedWith(0);
    }

    /** Asserts the exit status. */
    Outcome endedWith(int expected) {
        assertThat(status).as("exit status of %s", this).isEqualTo(expected);
        return this;
    }

    @Override
    public String toString() {
        return command + "\n[exit " + status + "]\n" + out + err;
    }
}
