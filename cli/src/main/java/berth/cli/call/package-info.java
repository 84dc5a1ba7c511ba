/**
 * How a command is declared, parsed and run: a {@link berth.cli.call.Command} has a {@link berth.cli.call.Grammar} and an
 * action, which gets a {@link berth.cli.call.Call}. Failures end a command as a
 * {@link berth.cli.call.CommandFailure}, which carries the words and the exit status that {@code rbd} has for it.
 *
 * <p>A call belongs to the one thread that runs it.
 */
@NullMarked
package berth.cli.call;

import org.jspecify.annotations.NullMarked;
