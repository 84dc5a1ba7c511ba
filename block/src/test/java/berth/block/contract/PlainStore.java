package berth.block.contract;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.BlockStore;
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
import berth.block.SnapshotSpec;
import berth.block.Source;
import berth.block.TrashEntry;
import berth.block.Watcher;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Any store, as one in which nothing migrates, so that the contracts need only one type.
 *
 * @param store the store itself
 */
public record PlainStore(BlockStore store) implements MigrationStore {
    private static BlockException refusal() {
        return new BlockException(Problem.UNSUPPORTED, "images of this store are not filled from an origin");
    }

    @Override
    public List<String> pools() {
        return store.pools();
    }

    @Override
    public void createPool(String pool) {
        store.createPool(pool);
    }

    @Override
    public void removePool(String pool) {
        store.removePool(pool);
    }

    @Override
    public List<ImageInfo> images(String pool) {
        return store.images(pool);
    }

    @Override
    public ImageInfo create(ImageSpec spec, long size, Layout layout) {
        return store.create(spec, size, layout);
    }

    @Override
    public ImageInfo clone(SnapshotSpec parent, ImageSpec child, Layout layout) {
        return store.clone(parent, child, layout);
    }

    @Override
    public List<ImageSpec> children(ImageSpec image, Optional<String> snapshot) {
        return store.children(image, snapshot);
    }

    @Override
    public void remove(ImageSpec spec, Progress progress) {
        store.remove(spec, progress);
    }

    @Override
    public void rename(ImageSpec from, String to) {
        store.rename(from, to);
    }

    @Override
    public ImageInfo info(ImageSpec spec) {
        return store.info(spec);
    }

    @Override
    public Image open(ImageSpec spec, Access access) {
        return store.open(spec, access);
    }

    @Override
    public Image open(SnapshotSpec spec) {
        return store.open(spec);
    }

    @Override
    public Image openById(String pool, String id, Optional<String> snapshot) {
        return store.openById(pool, id, snapshot);
    }

    @Override
    public List<Watcher> watchers(ImageSpec spec) {
        return store.watchers(spec);
    }

    @Override
    public List<TrashEntry> trash(String pool) {
        return store.trash(pool);
    }

    @Override
    public void close() {
        store.close();
    }

    @Override
    public ImageInfo prepareImport(ImageSpec target, Layout layout, Source source, Map<String, String> attributes) {
        throw refusal();
    }

    @Override
    public ImageInfo prepareLinked(
            ImageSpec source, ImageSpec target, Layout layout, boolean flatten, Map<String, String> attributes) {
        throw refusal();
    }

    @Override
    public MigrationRecord migration(ImageSpec image) {
        throw new BlockException(Problem.NOT_MIGRATING, "nothing migrates in this store");
    }

    @Override
    public List<MigrationRecord> migrations() {
        return List.of();
    }

    @Override
    public MigrationRecord update(ImageSpec image, MigrationState state, Map<String, String> attributes) {
        throw refusal();
    }

    @Override
    public Fill openFill(ImageSpec image) {
        throw refusal();
    }

    @Override
    public void commitMigration(ImageSpec image, Progress progress) {
        throw refusal();
    }

    @Override
    public void abortMigration(ImageSpec image, Progress progress) {
        throw refusal();
    }
}
