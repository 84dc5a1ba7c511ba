package berth.cloud;

import berth.block.BlockException;
import berth.libvirt.DiskUse;
import berth.libvirt.DomainState;
import berth.libvirt.Libvirt;
import java.util.Optional;
import java.util.UUID;

/** Says whether a domain uses its disks now. */
@FunctionalInterface
public interface Domains {
    /** The use; empty when the domain is shut off, or when that is not known. */
    Optional<DiskUse> activity(UUID domain);

    /** What libvirt says; it may be absent, not running or slow, then nothing is known, and that is no failure. */
    static Domains of(String uri) {
        return domain -> {
            try (Libvirt libvirt = Libvirt.openReadOnly(uri)) {
                return libvirt.state(domain)
                        .filter(DomainState::active)
                        .map(state -> new DiskUse.DomainActive(state.toString()));
            } catch (BlockException e) {
                return Optional.empty();
            }
        };
    }
}
