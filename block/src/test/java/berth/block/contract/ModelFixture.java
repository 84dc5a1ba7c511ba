package berth.block.contract;

import berth.block.MigrationStore;
import berth.block.SourceOpener;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps the models of a test by directory, for they hold nothing on disk. */
final class ModelFixture implements StoreFixture {
    private final Map<Path, ModelStore> stores = new ConcurrentHashMap<>();

    @Override
    public MigrationStore open(Path directory, SourceOpener sources) {
        return stores.compute(directory, (path, old) -> old == null ? new ModelStore(sources) : old.reopen(sources));
    }
}
