package berth.ceph;

import berth.block.BlockException;
import berth.block.Problem;
import berth.ceph.lib.RbdAnnotations;
import berth.ceph.lib.RbdAnnotations.Lock;
import berth.posix.Errno;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What an image carries beside its bytes: advisory locks ({@code rbd lock}), and metadata ({@code rbd image-meta}). Those
 * that change something throw {@link Problem#READ_ONLY} on a handle for reading.
 */
public final class Annotations {
    private final Handle handle;
    private final Runnable checkWritable;

    Annotations(Handle handle, Runnable checkWritable) {
        this.handle = handle;
        this.checkWritable = checkWritable;
    }

    private <T> T ask(String what, Function<RbdAnnotations, T> question) {
        return handle.call(Task.image(what, handle.pool().toString()), image -> question.apply(image.annotations()));
    }

    private void change(String what, Consumer<RbdAnnotations> change) {
        checkWritable.run();
        ask(what, annotations -> {
            change.accept(annotations);
            return annotations;
        });
    }

    /** The locks, advisory ones and that of the exclusive-lock feature. */
    public List<Lock> locks() {
        return ask("listing locks", RbdAnnotations::locks);
    }

    /** Takes the lock. @throws BlockException {@link Problem#IMAGE_IN_USE} with the holders when it is taken */
    public void lock(String cookie) {
        locking(() -> change("locking the image", annotations -> annotations.lock(cookie)));
    }

    /** Takes a shared lock, which others with the same tag can take too. */
    public void lockShared(String cookie, String tag) {
        locking(() -> change("locking the image", annotations -> annotations.lockShared(cookie, tag)));
    }

    private void locking(Runnable lock) {
        try {
            lock.run();
        } catch (BlockException e) {
            if (e.errno() != Errno.EBUSY && e.errno() != Errno.EEXIST) {
                throw e;
            }
            List<String> holders = locks().stream()
                    .map(held -> held.client() + " at " + held.address() + " as '" + held.cookie() + "'")
                    .toList();
            throw new BlockException(
                    Problem.IMAGE_IN_USE, "the image is locked by " + String.join(", ", holders), holders);
        }
    }

    /** Gives this client's lock back. */
    public void unlock(String cookie) {
        change("unlocking the image", annotations -> annotations.unlock(cookie));
    }

    /** Takes a lock away from a client. */
    public void breakLock(String client, String cookie) {
        change("breaking the lock of " + client, annotations -> annotations.breakLock(client, cookie));
    }

    /** All metadata. */
    public SortedMap<String, String> metadata() {
        return ask("listing metadata", RbdAnnotations::metadata);
    }

    /** The value of a key. */
    public Optional<String> metadata(String key) {
        return ask("reading the metadata '" + key + "'", annotations -> annotations.metadata(key));
    }

    /** Sets the value of a key. */
    public void setMetadata(String key, String value) {
        change("setting the metadata '" + key + "'", annotations -> annotations.setMetadata(key, value));
    }

    /** Removes a key. @throws BlockException with ENOENT when it is not there */
    public void removeMetadata(String key) {
        change("removing the metadata '" + key + "'", annotations -> annotations.removeMetadata(key));
    }
}
