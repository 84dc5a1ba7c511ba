package berth.local;

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
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A handle of an image, or of one of its snapshots. */
final class LocalImage implements Image {
    private final LocalStore store;
    private final ImageState state;
    private final Access access;
    private final @Nullable SnapshotRecord snapshot;
    private final @Nullable PointInTime point;
    private final long cookie;
    private volatile boolean closed;

    LocalImage(LocalStore store, ImageState state, Access access, @Nullable SnapshotRecord snapshot, long cookie) {
        this.store = store;
        this.state = state;
        this.access = access;
        this.snapshot = snapshot;
        this.point = snapshot == null ? null : state.snapshot(snapshot);
        this.cookie = cookie;
    }

    ImageState state() {
        return state;
    }

    long cookie() {
        return cookie;
    }

    Access access() {
        return access;
    }

    private void checkOpen() {
        if (closed) {
            throw new BlockException(Problem.CLOSED, "the image has been closed");
        }
    }

    private void checkWritable() {
        checkOpen();
        if (readOnly()) {
            throw new BlockException(Problem.READ_ONLY, "the image is open for reading only");
        }
    }

    @Override
    public boolean readOnly() {
        return access == Access.READ_ONLY;
    }

    @Override
    public long size() {
        checkOpen();
        return (point == null ? state.head() : point).size();
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        checkOpen();
        state.read(point, offset, into);
    }

    @Override
    public void extents(long offset, long length, ExtentSink sink) {
        checkOpen();
        state.extents(point, offset, length, sink);
    }

    @Override
    public void write(long offset, ByteBuffer from) {
        checkWritable();
        state.write(offset, from);
    }

    @Override
    public void writeZeroes(long offset, long length, boolean mayUnmap) {
        checkWritable();
        state.zero(offset, length, !mayUnmap);
    }

    @Override
    public void discard(long offset, long length) {
        checkWritable();
        state.zero(offset, length, false);
    }

    @Override
    public void flush() {
        checkOpen();
        if (!readOnly()) {
            state.flush();
        }
    }

    @Override
    public ImageInfo info() {
        checkOpen();
        return store.info(state, snapshot);
    }

    @Override
    public Optional<Snapshot> snapshot() {
        return Optional.ofNullable(snapshot).map(ImageOperations::snapshot);
    }

    @Override
    public List<Snapshot> snapshots() {
        checkOpen();
        return store.snapshots(state);
    }

    @Override
    public Snapshot createSnapshot(String name) {
        checkWritable();
        return store.operations().createSnapshot(state, name);
    }

    @Override
    public void removeSnapshot(String name, Progress progress) {
        checkWritable();
        store.operations().removeSnapshot(state, name, progress);
    }

    @Override
    public void renameSnapshot(String from, String to) {
        checkWritable();
        store.operations().renameSnapshot(state, from, to);
    }

    @Override
    public void protectSnapshot(String name) {
        checkWritable();
        store.operations().protectSnapshot(state, name, true);
    }

    @Override
    public void unprotectSnapshot(String name) {
        checkWritable();
        store.operations().protectSnapshot(state, name, false);
    }

    @Override
    public void rollback(String name, Progress progress) {
        checkWritable();
        store.operations().rollback(state, name, progress);
    }

    @Override
    public void resize(long size, boolean allowShrink, Progress progress) {
        checkWritable();
        store.operations().resize(state, size, allowShrink, progress);
    }

    @Override
    public void flatten(Progress progress) {
        checkWritable();
        store.operations().flatten(state, progress);
    }

    @Override
    public void diff(Optional<String> from, long offset, long length, DiffSink sink) {
        checkOpen();
        Limits.checkRange(offset, length, size());
        store.reports().diff(state, from, point, offset, length, sink);
    }

    @Override
    public DiskUsage usage() {
        checkOpen();
        return store.reports().usage(state, point);
    }

    @Override
    public void close() {
        store.close(this);
        closed = true;
    }
}
