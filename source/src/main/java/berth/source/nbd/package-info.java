/** Exports of NBD servers as files on servers: {@code berth.nbd.client} with a connection that is shared and comes back. */
@NullMarked
package berth.source.nbd;

import org.jspecify.annotations.NullMarked;
