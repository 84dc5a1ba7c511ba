package berth.nbd;

import berth.block.Access;
import berth.block.BlockStore;
import berth.block.ImageSpec;
import java.util.List;
import java.util.Optional;

/** The images of a store, as {@code pool/image}; each connection opens its own. */
record StoreExports(BlockStore store) implements Exports {
    @Override
    public List<Entry> list() {
        return List.of();
    }

    @Override
    public Optional<String> defaultName() {
        return Optional.empty();
    }

    @Override
    public Export open(String name) {
        int slash = name.indexOf('/');
        ImageSpec spec = new ImageSpec(name.substring(0, slash), name.substring(slash + 1));
        return new Export(name, "", store.open(spec, Access.READ_WRITE), false);
    }
}
