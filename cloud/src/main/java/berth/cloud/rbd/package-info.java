/**
 * What a host with KVM guests needs to know of a Ceph cluster: where its monitors are, and the key that libvirt hands to
 * QEMU as a secret. Keys are compared and passed on, never shown.
 */
@NullMarked
package berth.cloud.rbd;

import org.jspecify.annotations.NullMarked;
