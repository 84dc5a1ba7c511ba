package berth.server;

import berth.block.MigrationStore;

/** What commands work on: an open store and the services over it. Safe for use by several threads. */
public final class Engine implements AutoCloseable {
    private final MigrationStore store;

    /** @param store the open store, which is closed with this object */
    public Engine(MigrationStore store) {
        this.store = store;
    }

    /** The store. */
    public MigrationStore store() {
        return store;
    }

    @Override
    public void close() {
        store.close();
    }
}
