package berth.server;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.BlockStore;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Problem;
import berth.block.Snapshot;
import berth.block.Source;
import berth.ceph.CephConfig;
import berth.ceph.CephStore;
import berth.source.NativeResolver;
import berth.source.spec.NativeSpec;
import berth.source.spec.StoreName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Opens snapshots of images as sources: of the store itself, of other clusters, and of local stores that are open. */
final class NativeSources implements NativeResolver {
    private final BlockStore store;
    private final Map<Path, BlockStore> locals;

    /**
     * @param store the store of the specs that name none
     * @param locals local stores that this process has open, by their directories
     */
    NativeSources(BlockStore store, Map<Path, BlockStore> locals) {
        this.store = store;
        this.locals = Map.copyOf(locals);
    }

    @Override
    public Source open(NativeSpec spec) {
        return switch (spec.store().orElse(null)) {
            case null -> open(spec, store, () -> {});
            case StoreName.Local(Path directory) -> open(spec, local(directory), () -> {});
            case StoreName.Cluster cluster -> {
                CephStore other = CephStore.open(configuration(cluster));
                try {
                    yield open(spec, other, other::close);
                } catch (RuntimeException e) {
                    other.close();
                    throw e;
                }
            }
        };
    }

    private BlockStore local(Path directory) {
        BlockStore local = locals.get(directory.toAbsolutePath().normalize());
        if (local == null) {
            throw new BlockException(
                    Problem.UNSUPPORTED,
                    "the source is an image of the local store " + directory
                            + ", which is not open here; run the command that began this move again");
        }
        return local;
    }

    private static CephConfig configuration(StoreName.Cluster cluster) {
        CephConfig config = CephConfig.DEFAULT;
        if (cluster.configurationFile().isPresent()) {
            config = config.withConfigurationFile(cluster.configurationFile().get());
        }
        if (cluster.user().isPresent()) {
            config = config.withUser(cluster.user().get());
        }
        return cluster.keyring().isPresent()
                ? config.withKeyring(cluster.keyring().get())
                : config;
    }

    private static Source open(NativeSpec spec, BlockStore from, Runnable closer) {
        String pool = pool(spec, from);
        List<Snapshot> history = history(spec, from, pool);
        List<Image> open = new ArrayList<>();
        try {
            for (Snapshot snapshot : history) {
                open.add(open(spec, from, pool, Optional.of(snapshot.name())));
            }
            return new NativeSource(spec, history, open, closer);
        } catch (RuntimeException e) {
            open.forEach(Image::close);
            throw e;
        }
    }

    /** The pool, with the namespace if there is one. */
    private static String pool(NativeSpec spec, BlockStore from) {
        Optional<String> namespace = spec.namespace().filter(name -> !name.isEmpty());
        if (from instanceof CephStore ceph) {
            String pool =
                    spec.poolName().orElseGet(() -> ceph.poolName(spec.poolId().orElseThrow()));
            return namespace.map(name -> pool + "/" + name).orElse(pool);
        }
        if (namespace.isPresent()) {
            throw new BlockException(
                    Problem.UNSUPPORTED, "this store has no namespaces: leave 'pool_namespace' out of the source-spec");
        }
        return spec.poolName()
                .orElseThrow(() -> new BlockException(
                        Problem.UNSUPPORTED, "pools of this store have no ids: give 'pool_name' instead of 'pool_id'"));
    }

    /** The snapshots up to the one that the spec names, oldest first. */
    private static List<Snapshot> history(NativeSpec spec, BlockStore from, String pool) {
        List<Snapshot> history = new ArrayList<>();
        try (Image image = open(spec, from, pool, Optional.empty())) {
            for (Snapshot snapshot : image.snapshots()) {
                history.add(snapshot);
                if (names(spec, snapshot)) {
                    return history;
                }
            }
        }
        String wanted =
                spec.snapName().orElseGet(() -> "with id " + spec.snapId().orElseThrow());
        throw new BlockException(
                Problem.SNAPSHOT_NOT_FOUND, "image " + pool + "/" + spec.imageName() + " has no snapshot " + wanted);
    }

    private static boolean names(NativeSpec spec, Snapshot snapshot) {
        return spec.snapName()
                .map(snapshot.name()::equals)
                .orElseGet(() -> spec.snapId().orElseThrow() == snapshot.id());
    }

    private static Image open(NativeSpec spec, BlockStore from, String pool, Optional<String> snapshot) {
        if (spec.imageId().isPresent()) {
            return from.openById(pool, spec.imageId().get(), snapshot);
        }
        ImageSpec image = new ImageSpec(pool, spec.imageName());
        return snapshot.map(name -> from.open(image.at(name))).orElseGet(() -> from.open(image, Access.READ_ONLY));
    }
}
