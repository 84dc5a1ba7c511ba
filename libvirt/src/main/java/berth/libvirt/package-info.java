/**
 * What a host with KVM guests says about its disks: libvirt's domain XML, Nova's instance directories, and who has a disk
 * open.
 *
 * <p>Domain XML and instance directories are outside input: they are bounded before they are read, no document type or
 * external entity is accepted, and a disk's format is what Nova noted, never what its bytes look like. Nothing here
 * writes to an instance directory. No class starts threads; all results are immutable.
 */
@NullMarked
package berth.libvirt;

import org.jspecify.annotations.NullMarked;
