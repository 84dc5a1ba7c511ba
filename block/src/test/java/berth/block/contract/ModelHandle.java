package berth.block.contract;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.DiffSink;
import berth.block.DiskUsage;
import berth.block.ExtentSink;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.Limits;
import berth.block.Names;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.block.Watcher;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An open image or snapshot of the model. */
final class ModelHandle implements Image {
    private final ModelState state;
    private final ModelImage image;
    private final boolean readOnly;
    private final @Nullable ModelSnapshot opened;
    private final long cookie;
    private boolean closed;

    ModelHandle(ModelState state, ModelImage image, Access access, @Nullable ModelSnapshot opened) {
        this.state = state;
        this.image = image;
        this.readOnly = access == Access.READ_ONLY;
        this.opened = opened;
        this.cookie = state.nextNumber();
    }

    ModelImage image() {
        return image;
    }

    Watcher watcher() {
        return new Watcher("127.0.0.1:0/0", cookie, cookie);
    }

    private ModelVersion version() {
        if (opened == null) {
            return image.head;
        }
        if (image.snapshots.stream().noneMatch(snapshot -> snapshot.id() == opened.id())) {
            throw new BlockException(Problem.SNAPSHOT_NOT_FOUND, "snapshot '" + opened.name() + "' has been removed");
        }
        return opened.version();
    }

    private SparseBytes bytes() {
        return version().bytes;
    }

    private <T> T reading(Supplier<T> work) {
        synchronized (state) {
            if (closed) {
                throw new BlockException(Problem.CLOSED, "the image " + image.spec() + " is closed");
            }
            return work.get();
        }
    }

    private void writing(Runnable work) {
        reading(() -> {
            if (readOnly) {
                throw new BlockException(Problem.READ_ONLY, "the image " + image.spec() + " is open for reading only");
            }
            work.run();
            return true;
        });
    }

    private void requireSnapshot() {
        if (opened != null && image.snapshots.stream().noneMatch(snapshot -> snapshot.id() == opened.id())) {
            throw new BlockException(Problem.SNAPSHOT_NOT_FOUND, "snapshot '" + opened.name() + "' was removed");
        }
    }

    private void countRequest() {
        state.migrations.stream()
                .filter(migration -> migration.target() == image)
                .forEach(ModelMigration::countRequest);
    }

    @Override
    public ImageInfo info() {
        return reading(() -> image.info(version()));
    }

    @Override
    public Optional<Snapshot> snapshot() {
        ModelSnapshot snapshot = opened;
        return reading(() -> snapshot == null
                ? Optional.empty()
                : Optional.of(image.snapshot(snapshot.id()).toSnapshot()));
    }

    @Override
    public List<Snapshot> snapshots() {
        return reading(
                () -> image.snapshots.stream().map(ModelSnapshot::toSnapshot).toList());
    }

    @Override
    public Snapshot createSnapshot(String name) {
        Names.check("snapshot", name);
        writing(() -> {
            image.requireNoSnapshot(name);
            image.addSnapshot(name, false, Instant.now(), image.head.copy());
            image.unflushed.flushed(bytes());
        });
        return reading(() -> image.snapshot(name).toSnapshot());
    }

    @Override
    public void removeSnapshot(String name, Progress progress) {
        writing(() -> {
            ModelSnapshot snapshot = image.snapshot(name);
            if (snapshot.isProtected()) {
                throw new BlockException(Problem.SNAPSHOT_PROTECTED, "snapshot '" + name + "' is protected");
            }
            progress.step(0, 1);
            image.snapshots.remove(snapshot);
        });
    }

    @Override
    public void renameSnapshot(String from, String to) {
        Names.check("snapshot", to);
        writing(() -> {
            ModelSnapshot snapshot = image.snapshot(from);
            image.requireNoSnapshot(to);
            image.replaceSnapshot(snapshot, snapshot.named(to));
        });
    }

    @Override
    public void protectSnapshot(String name) {
        writing(() -> {
            ModelSnapshot snapshot = image.snapshot(name);
            if (snapshot.isProtected()) {
                throw new BlockException(Problem.ALREADY_PROTECTED, "snapshot '" + name + "' is protected already");
            }
            image.replaceSnapshot(snapshot, snapshot.guarded(true));
        });
    }

    @Override
    public void unprotectSnapshot(String name) {
        writing(() -> {
            ModelSnapshot snapshot = image.snapshot(name);
            if (!snapshot.isProtected()) {
                throw new BlockException(Problem.NOT_PROTECTED, "snapshot '" + name + "' is not protected");
            }
            List<String> children = state.children(image).stream()
                    .filter(child -> child.parent != null && child.parent.snapshotId() == snapshot.id())
                    .map(child -> child.spec().toString())
                    .toList();
            if (!children.isEmpty()) {
                throw new BlockException(
                        Problem.SNAPSHOT_HAS_CHILDREN, "snapshot '" + name + "' has clones: " + children, children);
            }
            image.replaceSnapshot(snapshot, snapshot.guarded(false));
        });
    }

    @Override
    public void rollback(String snapshot, Progress progress) {
        writing(() -> {
            ModelVersion version = image.snapshot(snapshot).version();
            progress.step(0, 1);
            image.become(version);
        });
    }

    @Override
    public void resize(long size, boolean allowShrink, Progress progress) {
        writing(() -> {
            Limits.checkImageBytes(size);
            if (size < bytes().size() && !allowShrink) {
                throw new BlockException(
                        Problem.SHRINK_NOT_ALLOWED, "shrinking " + image.spec() + " to " + size + " was not allowed");
            }
            progress.step(0, 1);
            image.resize(size);
        });
    }

    @Override
    public void flatten(Progress progress) {
        writing(() -> {
            if (image.parent == null) {
                throw new BlockException(Problem.INVALID_ARGUMENT, "image " + image.spec() + " has no parent");
            }
            progress.step(0, 1);
            image.parent = null;
        });
    }

    @Override
    public void diff(Optional<String> from, long offset, long length, DiffSink sink) {
        reading(() -> {
            SparseBytes earlier =
                    from.map(name -> image.snapshot(name).version().bytes).orElse(null);
            bytes().changes(earlier, offset, length, sink);
            return true;
        });
    }

    @Override
    public DiskUsage usage() {
        return reading(() -> {
            List<ModelSnapshot> before = image.snapshots.stream()
                    .filter(snapshot -> opened == null || snapshot.id() < opened.id())
                    .toList();
            SparseBytes below =
                    before.isEmpty() ? parentBytes() : before.getLast().version().bytes;
            return new DiskUsage(bytes().size(), bytes().bytesBeyond(below));
        });
    }

    private @Nullable SparseBytes parentBytes() {
        ModelImage.Parent parent = image.parent;
        return parent == null ? null : parent.bytes();
    }

    @Override
    public long size() {
        return reading(() -> bytes().size());
    }

    @Override
    public void read(long offset, ByteBuffer into) {
        reading(() -> {
            countRequest();
            requireSnapshot();
            bytes().read(offset, into);
            return true;
        });
    }

    @Override
    public void extents(long offset, long length, ExtentSink sink) {
        reading(() -> {
            requireSnapshot();
            bytes().extents(offset, length, sink);
            return true;
        });
    }

    @Override
    public boolean readOnly() {
        return readOnly;
    }

    @Override
    public void write(long offset, ByteBuffer from) {
        writing(() -> {
            countRequest();
            bytes().write(offset, from);
            image.unflushed.wrote(bytes());
        });
    }

    @Override
    public void writeZeroes(long offset, long length, boolean mayUnmap) {
        writing(() -> {
            countRequest();
            bytes().zero(offset, length, !mayUnmap);
            image.unflushed.wrote(bytes());
        });
    }

    @Override
    public void discard(long offset, long length) {
        writing(() -> {
            countRequest();
            bytes().zero(offset, length, false);
            image.unflushed.wrote(bytes());
        });
    }

    @Override
    public void flush() {
        reading(() -> {
            image.unflushed.flushed(image.head.bytes);
            return true;
        });
    }

    @Override
    public void close() {
        synchronized (state) {
            closed = true;
            if (state.handles.remove(this) && !state.isOpen(image)) {
                image.unflushed.flushed(image.head.bytes);
            }
        }
    }
}
