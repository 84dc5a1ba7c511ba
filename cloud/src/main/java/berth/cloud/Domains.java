package berth.cloud;

import berth.libvirt.DiskUse;
import berth.libvirt.Virsh;
import java.util.Optional;
import java.util.UUID;

/** Says whether a domain uses its disks now. */
@FunctionalInterface
public interface Domains {
    /** The use; empty when the domain is shut off, or when that is not known. */
    Optional<DiskUse> activity(UUID domain);

    /** What libvirt on this machine says. */
    static Domains ofThisMachine() {
        return new Virsh(Virsh.SYSTEM)::activity;
    }
}
