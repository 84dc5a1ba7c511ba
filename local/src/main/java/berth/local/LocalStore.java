package berth.local;

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
import berth.block.Snapshot;
import berth.block.SnapshotSpec;
import berth.block.Source;
import berth.block.SourceOpener;
import berth.block.TrashEntry;
import berth.block.Watcher;
import berth.local.catalog.CatalogRecord.ImageRecord;
import berth.local.catalog.CatalogRecord.LayerRecord;
import berth.local.catalog.CatalogRecord.MigratingRecord;
import berth.local.catalog.CatalogRecord.PoolRecord;
import berth.local.catalog.CatalogRecord.SnapshotRecord;
import berth.local.catalog.CatalogRecord.Times;
import berth.local.catalog.Transaction;
import berth.local.io.PosixStoreFiles;
import berth.local.io.StoreFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The local store: pools and images in a directory.
 *
 * <p>Only one process may have a store open; the caller sees to that. Safe for use by several threads.
 */
public final class LocalStore implements MigrationStore {
    /** How exact the time of the last change is, as in RBD ({@code rbd_mtime_update_interval}). */
    private static final Duration TIMES_INTERVAL = Duration.ofSeconds(60);

    private final StoreContext context;
    private final Structure structure;
    private final Directory directory;
    private final ImageOperations operations;
    private final MigrationOperations migrations;
    private final Reports reports;
    private final Maintenance maintenance;
    private final Integrity integrity;
    private final Reclaimer reclaimer;
    private long nextCookie = 1;
    private volatile boolean closed;

    private LocalStore(StoreContext context) {
        this.context = context;
        this.structure = new Structure(context);
        this.directory = new Directory(context.catalog());
        this.operations = new ImageOperations(context, structure, directory);
        this.migrations = new MigrationOperations(context, structure, directory);
        this.reports = new Reports(context, structure);
        this.reclaimer = new Reclaimer(context, structure);
        this.maintenance = new Maintenance(context, structure);
        this.integrity = new Integrity(context, structure, maintenance);
    }

    /**
     * Opens the store in a directory, which must exist; an empty one becomes a new store without pools. Unflushed writes
     * become durable every few seconds in the background.
     *
     * @param sources opens the sources of imports that are not finished
     * @throws BlockException {@link Problem#NEWER_FORMAT}, {@link Problem#CORRUPT}
     */
    public static LocalStore open(Path directory, SourceOpener sources) {
        return open(directory, sources, CacheBounds.DEFAULT);
    }

    static LocalStore open(Path directory, SourceOpener sources, CacheBounds bounds) {
        LocalStore store = open(new PosixStoreFiles(directory), sources, InstantSource.system(), bounds);
        store.maintenance.startInBackground();
        return store;
    }

    /** Opens a store on the given files, without anything going on in the background: {@link #maintain} is the caller's. */
    public static LocalStore open(StoreFiles files, SourceOpener sources, InstantSource clock) {
        return open(files, sources, clock, CacheBounds.DEFAULT);
    }

    static LocalStore open(StoreFiles files, SourceOpener sources, InstantSource clock, CacheBounds bounds) {
        OpenedJournal opened = OpenedJournal.open(files, bounds.cleanPages());
        LocalStore store = new LocalStore(new StoreContext(opened, files, sources, clock, bounds));
        if (opened.interrupted()) {
            store.maintenance.collectGarbage();
            store.checkpoint();
        }
        return store;
    }

    /** Makes unflushed writes durable and keeps the journal short. The background does this every few seconds. */
    public void maintain() {
        maintenance.run();
    }

    /** Brings the maps on disk up to date and starts a new journal, however short the old one is. */
    void checkpoint() {
        context.checkpoint().run();
    }

    /** Looks for damage, and repairs it. */
    public Integrity integrity() {
        directory();
        return integrity;
    }

    /** The store's directory, while the store is open: what every public method begins with. */
    private Directory directory() {
        if (closed) {
            throw new BlockException(Problem.CLOSED, "the store has been closed");
        }
        return directory;
    }

    private MigrationOperations openMigrations() {
        directory();
        return migrations;
    }

    ImageOperations operations() {
        return operations;
    }

    Reports reports() {
        return reports;
    }

    /** An image id: 12 hexadecimal digits, scattered so that they do not look like each other. */
    static String newImageId(Transaction transaction) {
        long number = transaction.newNumber();
        return String.format("%012x", (number * 0x5DEECE66DL + 0xBL) & ((1L << 48) - 1));
    }

    @Override
    public List<String> pools() {
        directory();
        return context.catalog().pools();
    }

    @Override
    public void createPool(String pool) {
        Names.check("pool", pool);
        structure.locked(() -> {
            directory();
            if (context.catalog().pool(pool).isPresent()) {
                throw new BlockException(Problem.POOL_EXISTS, "pool '" + pool + "' already exists");
            }
            structure.commit(transaction -> transaction.put(new PoolRecord(pool)));
        });
    }

    @Override
    public void removePool(String pool) {
        structure.locked(() -> {
            directory().requirePool(pool);
            boolean empty = context.catalog().images().stream()
                    .noneMatch(image -> image.spec().pool().equals(pool));
            if (!empty) {
                throw new BlockException(Problem.POOL_NOT_EMPTY, "pool '" + pool + "' has images or trash");
            }
            structure.commit(transaction -> transaction.delete(new PoolRecord(pool)));
        });
    }

    @Override
    public List<ImageInfo> images(String pool) {
        synchronized (context.catalog()) {
            directory().requirePool(pool);
            return context.catalog().imagesOf(pool).stream()
                    .map(directory()::info)
                    .toList();
        }
    }

    @Override
    public ImageInfo create(ImageSpec spec, long size, Layout layout) {
        Limits.checkImageBytes(size);
        return structure.locked(() -> {
            directory().requireFree(spec);
            return newImage(spec, size, layout, 0, 0);
        });
    }

    private ImageInfo newImage(ImageSpec spec, long size, Layout layout, long below, long overlap) {
        String[] made = new String[1];
        structure.commit(transaction -> {
            made[0] = newImageId(transaction);
            LayerRecord top = new LayerRecord(transaction.newNumber(), made[0], below, overlap, -1);
            Times now = Times.at(context.clock().instant());
            transaction
                    .put(top)
                    .put(new ImageRecord(made[0], spec, layout, size, top.number(), 1, now, Optional.empty()));
        });
        return directory().info(context.catalog().image(made[0]));
    }

    @Override
    public ImageInfo clone(SnapshotSpec parent, ImageSpec child, Layout layout) {
        return structure.locked(() -> {
            ImageRecord image = directory().require(parent.image());
            SnapshotRecord snapshot = structure.snapshot(image.id(), parent.snapshot());
            if (!snapshot.isProtected()) {
                throw new BlockException(Problem.NOT_PROTECTED, "parent snapshot must be protected");
            }
            directory().requireFree(child);
            return newImage(child, snapshot.size(), layout, snapshot.layer(), snapshot.size());
        });
    }

    @Override
    public List<ImageSpec> children(ImageSpec image, Optional<String> snapshot) {
        synchronized (context.catalog()) {
            return directory().children(directory().require(image), snapshot);
        }
    }

    @Override
    public void remove(ImageSpec spec, Progress progress) {
        structure.locked(() -> {
            ImageRecord image = directory().require(spec);
            refuseRemoval(image);
            List<Long> deleted = new ArrayList<>();
            Long fillPages =
                    context.catalog().fill(image.id()).map(f -> f.pages()).orElse(null);
            structure.commit(transaction -> migrations.deleteImage(transaction, image, deleted));
            structure.deleteFiles(deleted);
            if (fillPages != null) {
                context.pages().delete(fillPages);
            }
        });
        progress.step(1, 1);
    }

    private void refuseRemoval(ImageRecord image) {
        if (context.catalog().migration(image.id()).isPresent()) {
            throw new BlockException(
                    Problem.MIGRATING,
                    "image " + image.spec() + " is being migrated; commit or abort the migration first");
        }
        List<String> snapshots = context.catalog().snapshots(image.id()).stream()
                .map(SnapshotRecord::name)
                .toList();
        if (!snapshots.isEmpty()) {
            throw new BlockException(
                    Problem.IMAGE_HAS_SNAPSHOTS,
                    "image " + image.spec() + " has snapshots: " + String.join(", ", snapshots),
                    snapshots);
        }
        if (context.images().open(image.id()).isPresent()) {
            throw new BlockException(Problem.IMAGE_IN_USE, "image " + image.spec() + " is open");
        }
    }

    @Override
    public void rename(ImageSpec from, String to) {
        structure.locked(() -> {
            ImageRecord image = directory().require(from);
            ImageSpec target = new ImageSpec(from.pool(), to);
            directory().requireFree(target);
            structure.commit(transaction -> transaction.put(image.named(target)));
        });
    }

    @Override
    public ImageInfo info(ImageSpec spec) {
        synchronized (context.catalog()) {
            return directory().info(directory().require(spec));
        }
    }

    ImageInfo info(ImageState state, @Nullable SnapshotRecord snapshot) {
        synchronized (context.catalog()) {
            ImageRecord image = context.catalog().image(state.id());
            return snapshot == null
                    ? directory().info(image)
                    : directory()
                            .info(
                                    image,
                                    context.catalog().snapshots(state.id()).stream()
                                            .filter(s -> s.number() == snapshot.number())
                                            .findFirst()
                                            .orElse(snapshot));
        }
    }

    List<Snapshot> snapshots(ImageState state) {
        return context.catalog().snapshots(state.id()).stream()
                .map(ImageOperations::snapshot)
                .toList();
    }

    @Override
    public Image open(ImageSpec spec, Access access) {
        return structure.locked(() -> {
            ImageRecord image = directory().require(spec);
            if (access == Access.READ_WRITE) {
                noteModified(image);
            }
            return openHandle(image, access, null);
        });
    }

    @Override
    public Image open(SnapshotSpec spec) {
        return structure.locked(() -> {
            ImageRecord image = directory().require(spec.image());
            return openHandle(image, Access.READ_ONLY, structure.snapshot(image.id(), spec.snapshot()));
        });
    }

    @Override
    public Image openById(String pool, String id, Optional<String> snapshot) {
        return structure.locked(() -> {
            ImageRecord image = directory().requireById(pool, id);
            SnapshotRecord at = snapshot.isPresent() ? structure.snapshot(id, snapshot.get()) : null;
            return openHandle(image, Access.READ_ONLY, at);
        });
    }

    private void noteModified(ImageRecord image) {
        Instant now = context.clock().instant();
        if (image.times().modified().plus(TIMES_INTERVAL).isBefore(now)) {
            Times times = new Times(image.times().created(), image.times().accessed(), now);
            structure.commit(transaction -> transaction.put(image.at(times)));
        }
    }

    private LocalImage openHandle(ImageRecord image, Access access, @Nullable SnapshotRecord snapshot) {
        ImageState state = context.images().use(image.id());
        try {
            LocalImage handle = new LocalImage(this, state, access, snapshot, nextCookie++);
            state.handles().add(handle);
            return handle;
        } catch (RuntimeException e) {
            context.images().release(state);
            throw e;
        }
    }

    void close(LocalImage handle) {
        structure.locked(() -> {
            if (handle.state().handles().contains(handle)) {
                // Where the flush fails the handle stays open, and closing it again tries again.
                if (!handle.readOnly()) {
                    // A clone that needs the image keeps it loaded.
                    handle.state().flush();
                }
                context.images().release(handle.state());
                handle.state().handles().remove(handle);
            }
        });
    }

    @Override
    public List<Watcher> watchers(ImageSpec spec) {
        return structure.locked(() -> context
                .images()
                .open(directory().require(spec).id())
                .stream()
                .flatMap(state -> state.handles().stream())
                .filter(handle -> !handle.readOnly())
                .map(handle -> new Watcher(
                        "127.0.0.1:0/" + ProcessHandle.current().pid(),
                        ProcessHandle.current().pid(),
                        handle.cookie()))
                .toList());
    }

    @Override
    public List<TrashEntry> trash(String pool) {
        synchronized (context.catalog()) {
            return directory().trash(pool);
        }
    }

    @Override
    public ImageInfo prepareImport(ImageSpec target, Layout layout, Source source, Map<String, String> attributes) {
        return directory().info(migrations.prepareImport(target, layout, source, attributes));
    }

    @Override
    public ImageInfo prepareLinked(
            ImageSpec source, ImageSpec target, Layout layout, boolean flatten, Map<String, String> attributes) {
        return directory().info(migrations.prepareLinked(source, target, layout, flatten, attributes));
    }

    @Override
    public MigrationRecord migration(ImageSpec image) {
        synchronized (context.catalog()) {
            return migrations.record(openMigrations().find(image));
        }
    }

    @Override
    public List<MigrationRecord> migrations() {
        synchronized (context.catalog()) {
            directory();
            return context.catalog().migrations().stream()
                    .map(migrations::record)
                    .toList();
        }
    }

    @Override
    public MigrationRecord update(ImageSpec image, MigrationState state, Map<String, String> attributes) {
        return migrations.update(image, state, attributes);
    }

    @Override
    public Fill openFill(ImageSpec image) {
        return structure.locked(() -> {
            MigratingRecord migration = openMigrations().find(image);
            ImageState state = context.images().use(migration.image());
            try {
                return operations.openFill(state, () -> context.images().release(state));
            } catch (BlockException e) {
                context.images().release(state);
                throw e;
            }
        });
    }

    @Override
    public void commitMigration(ImageSpec image, Progress progress) {
        MigratingRecord migration = openMigrations().find(image);
        migrations.commit(migration);
        ImageState target = structure.locked(() -> context.images().use(migration.image()));
        try {
            reclaimer.reclaimAll(target, Progress.NONE);
        } finally {
            structure.locked(() -> context.images().release(target));
        }
        progress.step(1, 1);
    }

    @Override
    public void abortMigration(ImageSpec image, Progress progress) {
        MigratingRecord migration = openMigrations().find(image);
        migrations.abort(migration);
        progress.step(1, 1);
    }

    /** Closes all handles. Where that fails for one, the others are closed all the same. */
    private void closeHandles() {
        RuntimeException failure = null;
        for (ImageState image : context.images().all()) {
            for (LocalImage handle : List.copyOf(image.handles())) {
                try {
                    handle.close();
                } catch (RuntimeException e) {
                    failure = e;
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Closes the store, after all handles that are still open. What was acknowledged is durable afterwards; where that
     * fails for an image, the others are durable, and the store stays open.
     */
    @Override
    public void close() {
        integrity.close();
        maintenance.stop();
        structure.locked(() -> {
            if (closed) {
                return;
            }
            closeHandles();
            maintenance.shorten();
            context.closeJournal();
            closed = true;
        });
    }
}
