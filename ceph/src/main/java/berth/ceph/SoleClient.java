package berth.ceph;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.lib.NativeFailure;
import berth.ceph.lib.RbdImage;
import berth.posix.Errno;
import java.util.List;

/** Work on an image that no other client may do anything to meanwhile. */
final class SoleClient {
    private SoleClient() {}

    /**
     * Takes an image's lock until it is closed.
     *
     * @param what for messages
     * @throws BlockException {@link Problem#IMAGE_IN_USE} when another client has it for good
     */
    static void lock(RbdImage image, String what) {
        try {
            image.lockExclusively();
        } catch (NativeFailure e) {
            if (e.errno() != Errno.EROFS && e.errno() != Errno.EBUSY) {
                throw e;
            }
            throw inUse(what + " is being worked on by another client, one of ", clients(image));
        }
    }

    /** The clients that have an image open for writing. */
    static List<String> clients(RbdImage image) {
        return image.watchers().stream()
                .map(watcher -> watcher.address() + " client." + watcher.client())
                .toList();
    }

    /** That clients have an image open; their names end the message. */
    static BlockException inUse(String message, List<String> clients) {
        return new BlockException(Problem.IMAGE_IN_USE, message + String.join(", ", clients), clients);
    }
}
