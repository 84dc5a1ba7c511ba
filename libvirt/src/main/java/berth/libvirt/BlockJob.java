package berth.libvirt;

/**
 * How far the copy of a disk is.
 *
 * @param done what has been copied, in bytes
 * @param end what there is to copy; grows while the guest writes
 */
public record BlockJob(long done, long end) {}
