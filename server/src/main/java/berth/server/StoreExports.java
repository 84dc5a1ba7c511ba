package berth.server;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.BlockStore;
import berth.block.ImageInfo;
import berth.block.ImageSpec;
import berth.block.Problem;
import berth.nbd.Export;
import berth.nbd.Exports;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The images and snapshots of a store as NBD exports, by the names {@code pool/image} and {@code pool/image@snap}. Safe
 * for use by several threads.
 */
public final class StoreExports implements Exports {
    private final BlockStore store;
    private final Optional<String> only;
    private final boolean readOnly;
    private final SharedImages shared = new SharedImages();

    private StoreExports(BlockStore store, Optional<String> only, boolean readOnly) {
        this.store = store;
        this.only = only;
        this.readOnly = readOnly;
    }

    /** Every image and snapshot of the store. */
    public static StoreExports all(BlockStore store, boolean readOnly) {
        return new StoreExports(store, Optional.empty(), readOnly);
    }

    /**
     * One image or snapshot, which is also what clients get that name nothing.
     *
     * @param name {@code pool/image} or {@code pool/image@snap}; the pool may name a namespace
     */
    public static StoreExports only(BlockStore store, String name, boolean readOnly) {
        return new StoreExports(store, Optional.of(name), readOnly);
    }

    @Override
    public List<Entry> list() {
        if (only.isPresent()) {
            return List.of(new Entry(only.get(), ""));
        }
        List<Entry> entries = new ArrayList<>();
        for (String pool : store.pools()) {
            for (ImageInfo image : store.images(pool)) {
                entries.add(new Entry(image.spec().toString(), image.size() + " bytes"));
            }
        }
        return entries;
    }

    @Override
    public Optional<String> defaultName() {
        return only;
    }

    @Override
    public Export open(String name) {
        if (only.isPresent() && !only.get().equals(name)) {
            throw new BlockException(Problem.IMAGE_NOT_FOUND, "there is no export '" + name + "' here");
        }
        int at = name.indexOf('@', name.indexOf('/') + 1);
        int slash = name.lastIndexOf('/', at < 0 ? name.length() : at);
        if (slash < 0) {
            throw new BlockException(Problem.IMAGE_NOT_FOUND, "exports are named pool/image or pool/image@snap");
        }
        String image = name.substring(slash + 1, at < 0 ? name.length() : at);
        ImageSpec spec = new ImageSpec(name.substring(0, slash), image);
        if (at >= 0) {
            return new Export(name, "", store.open(spec.at(name.substring(at + 1))), true);
        }
        if (readOnly) {
            return new Export(name, "", store.open(spec, Access.READ_ONLY), true);
        }
        return shared.export(name, store.open(spec, Access.READ_WRITE));
    }
}
