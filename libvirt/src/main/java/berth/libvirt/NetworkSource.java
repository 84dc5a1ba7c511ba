package berth.libvirt;

/** Where on the network a guest finds a disk. */
public sealed interface NetworkSource permits NbdExport, RbdVolume {
    /** The name that the server knows the disk by: {@code pool/image}. */
    String name();

    /** Protocol and name, as {@link DomainDisk#source()} has them, for example {@code rbd:vms/x_disk}. */
    String location();
}
