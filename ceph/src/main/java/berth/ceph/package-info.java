/**
 * The Ceph store: ordinary RBD images, as QEMU, Nova, Cinder and {@code rbd} have them, through librados and librbd.
 *
 * <p>{@link berth.ceph.CephStore} is the store, {@link berth.ceph.CephImage} a handle; {@link berth.ceph.CephConfig} says
 * how the cluster is reached. A {@link berth.ceph.Connection} runs every call: it lets no call begin once the store is
 * being closed, keeps blocking calls away from the carriers of virtual threads ({@link berth.ceph.NativeCalls}) and turns
 * what fails into words ({@link berth.ceph.Failures}). What there is is always asked of the cluster, for other clients
 * change it too; the only state here is which images are open ({@link berth.ceph.OpenImages}).
 *
 * <p>Locks, in this order: the connection's (shared by calls, exclusive while the store is closed), a handle's (shared by
 * its requests and changes, exclusive while it is closed or opened anew).
 */
@NullMarked
package berth.ceph;

import org.jspecify.annotations.NullMarked;
