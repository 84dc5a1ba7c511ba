/**
 * The owner of a store: who may work on it, and how other processes do so.
 *
 * <p>One process owns a store's directory: it holds {@link berth.server.StoreLock} and listens on the control socket
 * ({@link berth.server.ControlServer}). A command that finds the store owned sends itself there
 * ({@link berth.server.ControlClient}); one that finds it free becomes the {@link berth.server.Owner} for as long as it
 * runs. {@link berth.server.StoreAccess} decides which. What a command does is not known here: it is a
 * {@link berth.server.CommandHandler}, which gets the same {@link berth.server.Invocation} and
 * {@link berth.server.CommandIo} in either case.
 *
 * <p>Threads: in the owner, each connection has a thread that reads frames and one that runs the command. In a client,
 * the calling thread reads frames and a second one reads standard input, which is not touched unless the command asks.
 */
@NullMarked
package berth.server;

import org.jspecify.annotations.NullMarked;
