/**
 * A client that reads exports of any NBD server, over a Unix or TCP socket. {@link berth.nbd.client.NbdClient} is one
 * connection, on which many requests can be under way at a time; one thread takes the replies and hands them to those who
 * wait.
 *
 * <p>Servers are not trusted: memory is taken for what was asked, never for what a reply claims; a reply that breaks the
 * protocol ends the connection; whoever waits does so for a stated time.
 *
 * <p>What another attempt may cure (the connection breaks, the server stalls) is an {@link java.io.IOException}; what it
 * cannot (no such export, an error reply, a broken protocol) is a {@link berth.block.BlockException}.
 */
@NullMarked
package berth.nbd.client;

import org.jspecify.annotations.NullMarked;
