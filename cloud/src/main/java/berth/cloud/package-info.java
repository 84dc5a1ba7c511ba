/**
 * Moves of whole instances: a Nova instance directory on local storage becomes images of a store and a domain that finds
 * its disks there.
 *
 * <p>{@link berth.cloud.InstanceMover} moves one instance: it reads the directory ({@code berth.libvirt}), opens its disks
 * with their backing files ({@code berth.source}), keeps writers away from them, and takes each through the steps of
 * {@code berth.migration}. {@link berth.cloud.InstanceBatch} moves several at the same time. What an instance became is
 * kept under the destination's directory, one directory for each instance: the new domain XML and a receipt for each
 * disk.
 *
 * <p>The names of the images are those of Nova on RBD: {@code vms/<uuid>_disk}, {@code vms/<uuid>_disk.swap} and so on.
 * Nothing is ever written to an instance directory. A move that was interrupted goes on when it is run again: its state is
 * that of its migrations in the store.
 */
@NullMarked
package berth.cloud;

import org.jspecify.annotations.NullMarked;
