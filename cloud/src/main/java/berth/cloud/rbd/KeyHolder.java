package berth.cloud.rbd;

import berth.block.BlockException;
import berth.ceph.CephAdmin;
import berth.libvirt.Libvirt;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/**
 * Makes sure that QEMU gets the right key, before QEMU waits for minutes for a cluster that refuses a wrong one.
 *
 * @param cluster the cluster, as the user that QEMU is to be
 */
public record KeyHolder(CephAdmin cluster) {
    /**
     * The secret that was named, after a look at its value, or the one that has the key.
     *
     * @throws BlockException when there is none, it has another value, or libvirt does not answer
     */
    public UUID secretFor(Libvirt libvirt, Optional<UUID> named) {
        String entity = cluster.config().entity();
        byte[] key = cluster.key();
        try {
            if (named.isEmpty()) {
                return SecretCheck.find(libvirt, entity, key);
            }
            SecretCheck.of(libvirt, named.get(), entity, key).require();
            return named.get();
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
