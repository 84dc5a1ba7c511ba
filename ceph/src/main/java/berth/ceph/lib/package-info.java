/**
 * Ceph's client libraries, librados and librbd, through {@code java.lang.foreign}. The only package that knows of native
 * memory, of C's layouts, and of how the libraries hand out and take back what they allocate.
 *
 * <p>{@link berth.ceph.lib.Rados} and {@link berth.ceph.lib.Rbd} name the functions of one library each. Around them
 * stand small classes for what those functions work on: a {@link berth.ceph.lib.Cluster}, an {@link
 * berth.ceph.lib.IoContext}, an {@link berth.ceph.lib.RbdImage}, the requests of an image ({@link
 * berth.ceph.lib.RbdIo}). Their methods do what the function of that name does and no more; a negative result becomes a
 * {@link berth.ceph.lib.NativeFailure}, which {@code berth.ceph} turns into words.
 *
 * <p>All classes are safe for use by several threads, as the libraries are; closing something that is in use is the
 * caller's mistake. Every method but those of {@link berth.ceph.lib.RbdIo} blocks its thread in native code until the
 * cluster has answered, which would pin the carrier of a virtual thread: {@code berth.ceph} calls them on platform
 * threads only.
 *
 * <p>The layouts are those of the headers of Ceph 16 to 19 on 64-bit Linux.
 */
@NullMarked
package berth.ceph.lib;

import org.jspecify.annotations.NullMarked;
