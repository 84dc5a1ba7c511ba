package berth.server;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.BlockStore;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Problem;
import berth.block.Snapshot;
import berth.block.Source;
import berth.ceph.CephStore;
import berth.source.NativeResolver;
import berth.source.spec.NativeSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Opens snapshots of images of the owner's own store as sources. */
final class NativeSources implements NativeResolver {
    private final BlockStore store;

    NativeSources(BlockStore store) {
        this.store = store;
    }

    @Override
    public Source open(NativeSpec spec) {
        String pool = pool(spec);
        List<Snapshot> history = history(spec, pool);
        List<Image> open = new ArrayList<>();
        try {
            for (Snapshot snapshot : history) {
                open.add(open(spec, pool, Optional.of(snapshot.name())));
            }
            return new NativeSource(spec.toJson(), history, open);
        } catch (RuntimeException e) {
            open.forEach(Image::close);
            throw e;
        }
    }

    /** The pool, with the namespace if there is one. */
    private String pool(NativeSpec spec) {
        Optional<String> namespace = spec.namespace().filter(name -> !name.isEmpty());
        if (store instanceof CephStore ceph) {
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
    private List<Snapshot> history(NativeSpec spec, String pool) {
        List<Snapshot> history = new ArrayList<>();
        try (Image image = open(spec, pool, Optional.empty())) {
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

    private Image open(NativeSpec spec, String pool, Optional<String> snapshot) {
        if (spec.imageId().isPresent()) {
            return store.openById(pool, spec.imageId().get(), snapshot);
        }
        ImageSpec image = new ImageSpec(pool, spec.imageName());
        return snapshot.map(name -> store.open(image.at(name))).orElseGet(() -> store.open(image, Access.READ_ONLY));
    }
}
