package berth.block.contract;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Fill;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Limits;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.Names;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.SnapshotSpec;
import berth.block.Source;
import berth.block.SourceOpener;
import berth.block.TrashEntry;
import berth.block.Watcher;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A store in memory that is as plain as can be: snapshots and clones are copies, an import is read when it is prepared,
 * and one lock guards everything. What other stores do is compared with it.
 */
public final class ModelStore implements MigrationStore {
    private final ModelState state;
    private final ModelMigrations migrations;
    private boolean closed;

    /** An empty store. */
    public ModelStore(SourceOpener opener) {
        this(new ModelState(), opener);
    }

    private ModelStore(ModelState state, SourceOpener opener) {
        this.state = state;
        this.migrations = new ModelMigrations(state, opener);
    }

    /** Closes this store and gives one that holds the same. */
    public ModelStore reopen(SourceOpener opener) {
        close();
        return new ModelStore(state, opener);
    }

    /** Ends as if the power had gone, and gives a store of what may be left: see {@link ModelImage#recover}. */
    ModelStore losePower(SourceOpener opener) {
        synchronized (state) {
            closed = true;
            state.handles.clear();
            state.migrations.forEach(ModelMigration::closeFill);
            return new ModelStore(state, opener);
        }
    }

    /** Everything that the model holds. */
    ModelState state() {
        return state;
    }

    private <T> T guarded(Supplier<T> work) {
        synchronized (state) {
            if (closed) {
                throw new BlockException(Problem.CLOSED, "the store is closed");
            }
            return work.get();
        }
    }

    private void guardedRun(Runnable work) {
        guarded(() -> {
            work.run();
            return true;
        });
    }

    @Override
    public List<String> pools() {
        return guarded(() -> List.copyOf(state.pools));
    }

    @Override
    public void createPool(String pool) {
        Names.check("pool", pool);
        guardedRun(() -> {
            if (!state.pools.add(pool)) {
                throw new BlockException(Problem.POOL_EXISTS, "pool '" + pool + "' exists");
            }
        });
    }

    @Override
    public void removePool(String pool) {
        guardedRun(() -> {
            state.requirePool(pool);
            if (state.images.stream().anyMatch(image -> image.spec().pool().equals(pool))) {
                throw new BlockException(Problem.POOL_NOT_EMPTY, "pool '" + pool + "' is not empty");
            }
            state.pools.remove(pool);
        });
    }

    @Override
    public List<ImageInfo> images(String pool) {
        return guarded(() -> {
            state.requirePool(pool);
            return state.images.stream()
                    .filter(image ->
                            image.trashed == null && image.spec().pool().equals(pool))
                    .map(image -> image.info(image.head))
                    .sorted((a, b) -> a.spec().compareTo(b.spec()))
                    .toList();
        });
    }

    @Override
    public ImageInfo create(ImageSpec spec, long size, Layout layout) {
        return guarded(() -> {
            Limits.checkImageBytes(size);
            state.requireFree(spec);
            ModelImage image = state.add(spec, layout, new ModelVersion(new SparseBytes(size), 0));
            return image.info(image.head);
        });
    }

    @Override
    public ImageInfo clone(SnapshotSpec parent, ImageSpec child, Layout layout) {
        return guarded(() -> {
            ModelImage image = state.image(parent.image());
            ModelSnapshot snapshot = image.snapshot(parent.snapshot());
            if (!snapshot.isProtected()) {
                throw new BlockException(Problem.NOT_PROTECTED, "parent snapshot must be protected: " + parent);
            }
            state.requireFree(child);
            SparseBytes bytes = snapshot.version().bytes.copy();
            ModelImage clone = state.add(child, layout, new ModelVersion(bytes, bytes.size()));
            clone.parent = new ModelImage.Parent(image, snapshot.id());
            return clone.info(clone.head);
        });
    }

    @Override
    public List<ImageSpec> children(ImageSpec spec, Optional<String> snapshot) {
        return guarded(() -> {
            ModelImage image = state.image(spec);
            Optional<Long> id = snapshot.map(name -> image.snapshot(name).id());
            return state.children(image).stream()
                    .filter(child -> child.parent != null
                            && id.orElse(child.parent.snapshotId()).equals(child.parent.snapshotId()))
                    .map(ModelImage::spec)
                    .toList();
        });
    }

    @Override
    public void remove(ImageSpec spec, Progress progress) {
        guardedRun(() -> {
            ModelImage image = state.image(spec);
            state.requireNotMigrating(image);
            if (state.isOpen(image)) {
                throw new BlockException(Problem.IMAGE_IN_USE, "image " + spec + " is open");
            }
            if (!image.snapshots.isEmpty()) {
                List<String> names =
                        image.snapshots.stream().map(ModelSnapshot::name).toList();
                throw new BlockException(Problem.IMAGE_HAS_SNAPSHOTS, "image " + spec + " has snapshots", names);
            }
            progress.step(0, 1);
            state.images.remove(image);
        });
    }

    @Override
    public void rename(ImageSpec from, String to) {
        guardedRun(() -> {
            ModelImage image = state.image(from);
            state.requireFree(new ImageSpec(from.pool(), to));
            image.rename(to);
        });
    }

    @Override
    public ImageInfo info(ImageSpec spec) {
        return guarded(() -> {
            ModelImage image = state.image(spec);
            return image.info(image.head);
        });
    }

    @Override
    public Image open(ImageSpec spec, Access access) {
        return guarded(() -> open(state.image(spec), access, Optional.empty()));
    }

    @Override
    public Image open(SnapshotSpec spec) {
        return guarded(() -> open(state.image(spec.image()), Access.READ_ONLY, Optional.of(spec.snapshot())));
    }

    @Override
    public Image openById(String pool, String id, Optional<String> snapshot) {
        return guarded(() -> open(state.imageById(pool, id), Access.READ_ONLY, snapshot));
    }

    private ModelHandle open(ModelImage image, Access access, Optional<String> snapshot) {
        ModelSnapshot opened = snapshot.map(image::snapshot).orElse(null);
        ModelHandle handle = new ModelHandle(state, image, access, opened);
        state.handles.add(handle);
        if (access == Access.READ_WRITE) {
            image.modified = Instant.now();
        } else {
            image.accessed = Instant.now();
        }
        return handle;
    }

    @Override
    public List<Watcher> watchers(ImageSpec spec) {
        return guarded(() -> {
            ModelImage image = state.image(spec);
            return state.handles.stream()
                    .filter(handle -> handle.image() == image && !handle.readOnly())
                    .map(ModelHandle::watcher)
                    .toList();
        });
    }

    @Override
    public List<TrashEntry> trash(String pool) {
        return guarded(() -> {
            state.requirePool(pool);
            List<TrashEntry> entries = new ArrayList<>();
            for (ModelImage image : state.images) {
                Instant when = image.trashed;
                if (when != null && image.spec().pool().equals(pool)) {
                    entries.add(new TrashEntry(
                            image.id,
                            image.spec().image(),
                            TrashEntry.Origin.MIGRATION,
                            when,
                            image.parentLink(image.head)));
                }
            }
            entries.sort((a, b) -> a.deleted().compareTo(b.deleted()));
            return entries;
        });
    }

    @Override
    public ImageInfo prepareImport(ImageSpec target, Layout layout, Source source, Map<String, String> attributes) {
        return guarded(() -> migrations.prepareImport(target, layout, source, attributes));
    }

    @Override
    public ImageInfo prepareLinked(
            ImageSpec source, ImageSpec target, Layout layout, boolean flatten, Map<String, String> attributes) {
        return guarded(() -> migrations.prepareLinked(source, target, layout, flatten, attributes));
    }

    @Override
    public MigrationRecord migration(ImageSpec image) {
        return guarded(() -> migrations.find(image).toRecord());
    }

    @Override
    public List<MigrationRecord> migrations() {
        return guarded(
                () -> state.migrations.stream().map(ModelMigration::toRecord).toList());
    }

    @Override
    public MigrationRecord update(ImageSpec image, MigrationState newState, Map<String, String> attributes) {
        return guarded(() -> migrations.find(image).update(newState, attributes));
    }

    @Override
    public Fill openFill(ImageSpec image) {
        return guarded(() -> migrations.openFill(image));
    }

    @Override
    public void commitMigration(ImageSpec image, Progress progress) {
        guardedRun(() -> migrations.commit(image, progress));
    }

    @Override
    public void abortMigration(ImageSpec image, Progress progress) {
        guardedRun(() -> migrations.abort(image, progress));
    }

    @Override
    public void close() {
        synchronized (state) {
            if (!closed) {
                closed = true;
                List.copyOf(state.handles).forEach(ModelHandle::close);
                state.migrations.forEach(ModelMigration::closeFill);
            }
        }
    }
}
