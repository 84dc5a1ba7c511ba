/**
 * The NBD server: how QEMU, libvirt, nbdkit, libnbd and the kernel attach an image.
 *
 * <p>{@link berth.nbd.NbdServer} listens, and runs one platform thread per connection. A connection haggles in
 * {@code Negotiator} and then serves requests in {@code Transmission}: where the device answers at once, one after the other
 * and answered in the order of arrival, and what parallelism there is comes from several connections, which all exports
 * allow; where requests wait for other machines, by several threads ({@code Lanes}). All requests that are already in the
 * receive buffer of a single thread are answered with one write; that, direct buffers from the socket to the device and back,
 * and no allocation per request are where the speed comes from.
 *
 * <p>Everything from a client is hostile until checked: every length is bounded before memory is taken for it, and a
 * client that breaks the protocol loses its own connection and nothing else. A write is executed only when all of its
 * payload has arrived.
 *
 * <p>The client, for sources that an NBD server has, is {@code berth.nbd.client}.
 *
 * <p>The protocol is that of the NBD project's {@code doc/proto.md}: fixed newstyle with structured replies,
 * {@code base:allocation} and STARTTLS; names of constants are those of that document.
 */
@NullMarked
package berth.nbd;

import org.jspecify.annotations.NullMarked;
