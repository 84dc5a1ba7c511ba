/** A libvirt daemon for tests. */
package berth.libvirt.daemon;
