package berth.ceph;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Fill;
import berth.block.Image;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationRecord;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Snapshot;
import berth.block.SnapshotSpec;
import berth.block.Source;
import berth.block.SourceOpener;
import berth.block.TrashEntry;
import berth.block.Watcher;
import berth.ceph.lib.Cluster;
import berth.ceph.lib.IoContext;
import berth.ceph.lib.RbdImage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The images of a Ceph cluster. Wherever a pool is named, {@code POOL/NAMESPACE} names a namespace of it. Several stores,
 * of the same or of different clusters, can be open at a time.
 */
public final class CephStore implements MigrationStore {
    private final Connection connection;
    private final OpenImages open = new OpenImages();
    private final Pools pools;
    private final Images images;
    private final Creation creation;
    private final Trash trash;
    private final CephMigrations migrations;

    private CephStore(Connection connection, SourceOpener sources, Publisher publisher) {
        this.connection = connection;
        this.pools = new Pools(connection);
        this.images = new Images(connection, open);
        this.creation = new Creation(connection);
        this.trash = new Trash(connection);
        NativeMoves nativeMoves = new NativeMoves(connection, pools);
        this.migrations = new CephMigrations(
                new StoredMoves(connection, pools),
                new Copies(connection, creation, sources),
                nativeMoves,
                new NativeMigrations(connection, this, nativeMoves, sources),
                creation,
                publisher);
    }

    /**
     * Connects to a cluster.
     *
     * @throws BlockException {@link Problem#UNREACHABLE} after the connect timeout, {@link Problem#ACCESS_DENIED} for a
     *     user or key that the cluster does not know, {@link Problem#UNSUPPORTED} when Ceph's libraries are not installed
     */
    public static CephStore open(CephConfig config) {
        return open(config, SourceOpener.NONE);
    }

    /** Like the other one, with what opens the sources of imports. */
    public static CephStore open(CephConfig config, SourceOpener sources) {
        return open(config, sources, Publisher.NONE);
    }

    /** Like the other one, with what shows the sources of imports whose targets can be used at once. */
    public static CephStore open(CephConfig config, SourceOpener sources, Publisher publisher) {
        CephStore store = new CephStore(Connection.to(config), sources, publisher);
        store.connection.connect();
        return store;
    }

    /** The cluster's id, a UUID. */
    public String fsid() {
        return connection.run(Task.pool("asking for the cluster's id", ""), Cluster::fsid);
    }

    /** The name of a pool by its number. @throws BlockException {@link Problem#POOL_NOT_FOUND} */
    public String poolName(long id) {
        return connection.run(Task.pool("looking for the pool " + id, ""), cluster -> cluster.poolName(id));
    }

    @Override
    public List<String> pools() {
        return pools.list();
    }

    /** Makes a pool for images, with the cluster's defaults. */
    @Override
    public void createPool(String pool) {
        pools.create(pool);
    }

    /** Removes a pool that holds nothing, neither images nor objects of anyone else. */
    @Override
    public void removePool(String pool) {
        pools.remove(pool);
    }

    /** The namespaces of a pool, in order, but for the one without a name that every pool has. */
    public List<String> namespaces(String pool) {
        return pools.namespaces(pool);
    }

    /** Whether a pool has a namespace; every pool has the one without a name. */
    public boolean hasNamespace(PoolSpec spec) {
        return spec.namespace().isEmpty() || pools.hasNamespace(spec);
    }

    /** @throws BlockException {@link Problem#POOL_EXISTS} */
    public void createNamespace(String pool, String namespace) {
        pools.createNamespace(pool, namespace);
    }

    /** @throws BlockException {@link Problem#POOL_NOT_EMPTY} */
    public void removeNamespace(String pool, String namespace) {
        pools.removeNamespace(pool, namespace);
    }

    /** How many bytes can still be written to a pool; empty where the cluster does not say, or not to this user. */
    public OptionalLong availableBytes(String pool) {
        return new PoolSpace(connection).availableBytes(PoolSpec.parse(pool));
    }

    @Override
    public List<ImageSpec> names(String pool) {
        return images.names(pool);
    }

    @Override
    public List<ImageInfo> images(String pool) {
        return images.list(pool);
    }

    @Override
    public ImageInfo create(ImageSpec spec, long size, Layout layout) {
        return create(spec, size, layout, connection.config().creation());
    }

    /** Makes an image, with features and data pool of its own. */
    public ImageInfo create(ImageSpec spec, long size, Layout layout, CreateOptions options) {
        return creation.create(spec, size, layout, options);
    }

    @Override
    public ImageInfo clone(SnapshotSpec parent, ImageSpec child, Layout layout) {
        return clone(parent, child, layout, connection.config().creation());
    }

    /** Makes a clone, with features and data pool of its own. */
    public ImageInfo clone(SnapshotSpec parent, ImageSpec child, Layout layout, CreateOptions options) {
        return creation.cloneOf(parent, child, layout, options);
    }

    @Override
    public List<ImageSpec> children(ImageSpec image, Optional<String> snapshot) {
        return images.children(image, snapshot);
    }

    /** The names of a snapshot's clones; none where the user may not look into their pools. */
    List<String> childrenIfKnown(OpenImages.Key image, String snapshot) {
        try {
            return images.children(image, snapshot).stream()
                    .map(ImageSpec::toString)
                    .toList();
        } catch (BlockException e) {
            return List.of();
        }
    }

    @Override
    public void remove(ImageSpec spec, Progress progress) {
        images.remove(spec, progress);
    }

    @Override
    public void rename(ImageSpec from, String to) {
        images.rename(from, to);
    }

    @Override
    public ImageInfo info(ImageSpec spec) {
        return images.info(spec);
    }

    ImageInfo info(OpenImages.Key image, OptionalLong snapshot) {
        return images.info(image, snapshot);
    }

    @Override
    public CephImage open(ImageSpec spec, Access access) {
        boolean readOnly = access == Access.READ_ONLY;
        return open(
                spec.pool(),
                spec.toString(),
                access,
                Optional.empty(),
                context -> RbdImage.open(context, spec.image(), readOnly));
    }

    @Override
    public CephImage open(SnapshotSpec spec) {
        ImageSpec image = spec.image();
        return open(
                image.pool(),
                image.toString(),
                Access.READ_ONLY,
                Optional.of(spec.snapshot()),
                context -> RbdImage.open(context, image.image(), true));
    }

    @Override
    public CephImage openById(String pool, String id, Optional<String> snapshot) {
        return open(
                pool,
                pool + " with the id " + id,
                Access.READ_ONLY,
                snapshot,
                context -> RbdImage.openById(context, id, true));
    }

    private CephImage open(
            String pool, String name, Access access, Optional<String> snapshot, Function<IoContext, RbdImage> opener) {
        PoolSpec poolSpec = PoolSpec.parse(pool);
        return connection.in(Task.image("opening image " + name, pool), context -> {
            RbdImage found = opener.apply(context);
            Snapshot at = null;
            OpenImages.Key key;
            try {
                key = new OpenImages.Key(poolSpec, found.id());
                if (snapshot.isPresent()) {
                    at = Facts.snapshot(found, snapshot.get());
                    found.setSnapshot(at.id());
                }
            } catch (RuntimeException e) {
                found.close();
                throw e;
            }
            return remember(new Handle(connection, poolSpec, found, reopener(key, access, at)), key, access, at);
        });
    }

    private CephImage remember(Handle handle, OpenImages.Key key, Access access, @Nullable Snapshot snapshot) {
        CephImage image = new CephImage(this, key, handle, access, snapshot);
        open.add(image);
        return image;
    }

    private static Function<IoContext, RbdImage> reopener(
            OpenImages.Key key, Access access, @Nullable Snapshot snapshot) {
        return context -> {
            RbdImage image = RbdImage.openById(context, key.id(), access == Access.READ_ONLY);
            return snapshot == null ? image : Facts.at(image, snapshot.id());
        };
    }

    void closed(CephImage image) {
        open.remove(image);
    }

    /** Has what librbd does not tell look at an image that has changed. */
    void changed(OpenImages.Key image) {
        open.changed(image);
    }

    @Override
    public List<Watcher> watchers(ImageSpec spec) {
        return images.watchers(spec);
    }

    @Override
    public List<TrashEntry> trash(String pool) {
        return trash.list(pool);
    }

    /**
     * Moves an image to the trash.
     *
     * @param keep for how long only force removes it from there
     */
    public void moveToTrash(ImageSpec spec, Duration keep) {
        trash.move(spec.pool(), spec.image(), keep);
    }

    /** Brings an image back from the trash, under its old name unless another one is given. */
    public void restoreFromTrash(String pool, String id, Optional<String> name) {
        trash.restore(pool, id, name);
    }

    /**
     * Removes an image that is in the trash.
     *
     * @param force even if it was to be kept longer
     */
    public void removeFromTrash(String pool, String id, boolean force, Progress progress) {
        trash.remove(pool, id, force, progress);
    }

    @Override
    public ImageInfo prepareCopy(ImageSpec target, Layout layout, Source source, Map<String, String> attributes) {
        return migrations.prepareCopy(target, Optional.empty(), layout, source, attributes);
    }

    @Override
    public ImageInfo prepareClonedCopy(
            SnapshotSpec parent, ImageSpec target, Layout layout, Source source, Map<String, String> attributes) {
        return migrations.prepareCopy(target, Optional.of(parent), layout, source, attributes);
    }

    @Override
    public ImageInfo prepareImport(ImageSpec target, Layout layout, Source source, Map<String, String> attributes) {
        return migrations.prepareImport(target, layout, source, attributes);
    }

    @Override
    public ImageInfo prepareLinked(
            ImageSpec source, ImageSpec target, Layout layout, boolean flatten, Map<String, String> attributes) {
        return migrations.prepareLinked(source, target, layout, flatten, attributes);
    }

    /** The sources that librbd reads over HTTP until their migrations have been executed. */
    public List<PublishedSource> published() {
        return migrations.published();
    }

    @Override
    public MigrationRecord migration(ImageSpec image) {
        return migrations.migration(image);
    }

    @Override
    public List<MigrationRecord> migrations() {
        return migrations.all();
    }

    @Override
    public MigrationRecord update(ImageSpec image, MigrationState state, Map<String, String> attributes) {
        return migrations.update(image, state, attributes);
    }

    @Override
    public Fill openFill(ImageSpec image) {
        return migrations.openFill(image);
    }

    @Override
    public void commitMigration(ImageSpec image, Progress progress) {
        migrations.commit(image, progress);
    }

    @Override
    public void abortMigration(ImageSpec image, Progress progress) {
        migrations.abort(image, progress);
    }

    /** Closes what is open, and the connection. */
    @Override
    public void close() {
        connection.close(() -> open.all().forEach(Image::close));
    }
}
