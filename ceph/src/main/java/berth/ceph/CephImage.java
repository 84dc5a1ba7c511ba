package berth.ceph;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.DiffSink;
import berth.block.DiskUsage;
import berth.block.ExtentSink;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.Limits;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.ceph.lib.RbdFeatures;
import berth.ceph.lib.RbdImage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An open RBD image, or an open snapshot of one. A handle for reading sees changes of size and snapshots that handles of
 * the same store make; those that other clients make it sees when it is opened again.
 */
public final class CephImage implements Image {
    private final CephStore store;
    private final OpenImages.Key key;
    private final Handle handle;
    private final Access access;
    private final @Nullable Snapshot snapshot;
    private final Transfers transfers;
    private final Structure structure;
    private volatile boolean settled;

    CephImage(CephStore store, OpenImages.Key key, Handle handle, Access access, @Nullable Snapshot snapshot) {
        this.store = store;
        this.key = key;
        this.handle = handle;
        this.access = access;
        this.snapshot = snapshot;
        this.transfers = new Transfers(handle);
        this.structure = new Structure(handle, () -> store.changed(key));
        this.settled = snapshot != null;
    }

    /**
     * Asks the object map of a whole image only once, as for a snapshot: for who reads all of an image that nobody writes
     * to, or to whom objects that come later are none.
     */
    CephImage settled() {
        settled = true;
        return this;
    }

    OpenImages.Key key() {
        return key;
    }

    /** Has the image opened anew before it is used next; librbd itself tells those that are open for writing. */
    void lookAgain() {
        if (readOnly()) {
            handle.lookAgain();
        }
    }

    private Task task(String what) {
        return Task.snapshot(what, key.pool().toString());
    }

    private Structure changing() {
        checkWritable();
        return structure;
    }

    private void checkWritable() {
        if (readOnly()) {
            size(); // A handle that is closed says so first.
            throw new BlockException(Problem.READ_ONLY, "the image is open for reading only");
        }
    }

    /**
     * Keeps other clients from writing, until this is closed.
     *
     * @return whether it could: an image without the feature has no lock
     * @throws BlockException {@link Problem#IMAGE_IN_USE} when another client has the lock for good
     */
    boolean lockExclusively() {
        return ask("locking", image -> {
            boolean lockable = RbdFeatures.names(image.features()).contains(RbdFeatures.EXCLUSIVE_LOCK);
            if (lockable) {
                SoleClient.lock(image, "the image");
            }
            return lockable;
        });
    }

    /** @throws BlockException {@link Problem#IMAGE_IN_USE} when another client, or another command, may write to it */
    void requireNoOtherClient() {
        ask("listing the watchers", image -> {
            List<String> clients = SoleClient.clients(image);
            if (clients.size() > 1) { // One of them is this one.
                throw SoleClient.inUse("the image is open on another client, one of ", clients);
            }
            return image;
        });
    }

    @Override
    public boolean readOnly() {
        return access == Access.READ_ONLY;
    }

    @Override
    public long size() {
        return handle.use(task("asking for the size"), RbdImage::size);
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        transfers.read(offset, into);
    }

    @Override
    public void write(long offset, ByteBuffer from) {
        checkWritable();
        transfers.write(offset, from);
    }

    /** Unless their space may be given back, zeroes are stored, as QEMU has it with librbd. */
    @Override
    public void writeZeroes(long offset, long length, boolean mayUnmap) {
        checkWritable();
        transfers.zero(offset, length, !mayUnmap);
    }

    @Override
    public boolean zeroesFast(boolean mayUnmap) {
        return mayUnmap;
    }

    @Override
    public int usefulThreads() {
        return handle.queueDepth();
    }

    @Override
    public void discard(long offset, long length) {
        checkWritable();
        transfers.zero(offset, length, false);
    }

    @Override
    public void flush() {
        if (readOnly()) {
            size(); // A handle that is closed says so.
        } else {
            transfers.flush();
        }
    }

    @Override
    public void extents(long offset, long length, ExtentSink sink) {
        handle.callIndexed(task("listing extents"), (image, index) -> {
            Limits.checkRange(offset, length, image.size());
            Differences.extents(image, settled ? index : null, offset, length, sink);
            return image;
        });
    }

    @Override
    public void diff(Optional<String> from, long offset, long length, DiffSink sink) {
        handle.callIndexed(task("listing differences"), (image, index) -> {
            Limits.checkRange(offset, length, image.size());
            boolean known = settled && index.knows(from);
            if (!known) {
                from.ifPresent(name -> Facts.snapshot(image, name));
            }
            Differences.from(from, image, settled ? index : null).tell(offset, length, sink);
            return image;
        });
    }

    @Override
    public DiskUsage usage() {
        return handle.call(task("measuring what the image takes"), image -> {
            long before = snapshot == null ? Long.MAX_VALUE : snapshot.id();
            Optional<String> from = image.snapshots().list().stream()
                    .filter(earlier -> earlier.id() < before)
                    .reduce((_, later) -> later)
                    .map(Snapshot::name);
            return new DiskUsage(image.size(), Differences.ownFrom(from, image).existingBytes());
        });
    }

    @Override
    public ImageInfo info() {
        size(); // A handle that is closed says so.
        return store.info(key, snapshot == null ? OptionalLong.empty() : OptionalLong.of(snapshot.id()));
    }

    @Override
    public Optional<Snapshot> snapshot() {
        return Optional.ofNullable(snapshot);
    }

    @Override
    public List<Snapshot> snapshots() {
        return ask("listing snapshots", image -> image.snapshots().list());
    }

    /**
     * Where the data are.
     *
     * @param dataPool their pool, when it is another than that of the image
     * @param blockNamePrefix what the names of their objects begin with
     */
    public record Placement(Optional<String> dataPool, String blockNamePrefix) {}

    /** Where the data are. */
    public Placement placement() {
        return ask("asking where the data are", image -> {
            boolean elsewhere = RbdFeatures.names(image.features()).contains(RbdFeatures.DATA_POOL);
            return new Placement(
                    elsewhere ? Optional.of(store.poolName(image.dataPoolId())) : Optional.empty(),
                    image.blockNamePrefix());
        });
    }

    private <T> T ask(String what, Function<RbdImage, T> question) {
        return handle.call(task(what), question);
    }

    @Override
    public Snapshot createSnapshot(String name) {
        return changing().create(name);
    }

    @Override
    public void removeSnapshot(String name, Progress progress) {
        changing().remove(name, progress);
    }

    @Override
    public void renameSnapshot(String from, String to) {
        changing().rename(from, to);
    }

    @Override
    public void protectSnapshot(String name) {
        changing().protect(name);
    }

    @Override
    public void unprotectSnapshot(String name) {
        try {
            changing().unprotect(name);
        } catch (BlockException e) {
            throw e.problem() == Problem.IMAGE_IN_USE ? hasChildren(name) : e;
        }
    }

    private BlockException hasChildren(String name) {
        List<String> children = store.childrenIfKnown(key, name);
        return new BlockException(
                Problem.SNAPSHOT_HAS_CHILDREN,
                "snapshot '" + name + "' has clones"
                        + (children.isEmpty() ? ", which this user may not list" : ": " + String.join(", ", children))
                        + "; flatten or remove them first",
                children);
    }

    @Override
    public void rollback(String name, Progress progress) {
        changing().rollback(name, progress);
    }

    @Override
    public void resize(long size, boolean allowShrink, Progress progress) {
        changing().resize(size, allowShrink, progress);
    }

    @Override
    public void flatten(Progress progress) {
        changing().flatten(progress);
    }

    /** The locks that clients have taken, with {@code rbd lock} or by the exclusive-lock feature, and the metadata. */
    public Annotations annotations() {
        return new Annotations(handle, this::checkWritable);
    }

    @Override
    public void close() {
        if (handle.close()) {
            store.closed(this);
        }
    }
}
