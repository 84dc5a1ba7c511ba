package berth.cloud.live;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * How a running instance is moved.
 *
 * @param pool the pool that its disks go to
 * @param secret the secret of libvirt with the key of Ceph's user; when empty, the one that has it
 * @param bytesPerSecond the most to copy for each disk; 0 for no limit
 * @param verify whether the guest is paused while it is changed over, so that the copy can be proven
 * @param backingDirectories where backing files may be for the proof, besides the instance's directory and {@code _base}
 * @param acceptFlavorMismatch whether disks are moved whose sizes are not what the instance's flavor says
 */
public record LiveOptions(
        String pool,
        Optional<UUID> secret,
        long bytesPerSecond,
        boolean verify,
        List<Path> backingDirectories,
        boolean acceptFlavorMismatch) {
    public LiveOptions {
        backingDirectories = List.copyOf(backingDirectories);
    }
}
