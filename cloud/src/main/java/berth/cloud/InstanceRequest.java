package berth.cloud;

import berth.libvirt.NovaInstance;
import java.nio.file.Path;

/**
 * An instance to move.
 *
 * @param directory its directory on local storage
 * @param hints what the caller knows better than the directory
 */
public record InstanceRequest(Path directory, NovaInstance.Hints hints) {
    /** An instance whose directory says everything. */
    public static InstanceRequest of(Path directory) {
        return new InstanceRequest(directory, NovaInstance.Hints.NONE);
    }
}
