package berth.block.contract;

import org.junit.jupiter.api.Nested;

/**
 * Everything that a store must do whose images cannot be used while they are filled from an origin. A store's module extends this class, or
 * {@link StoreContract}, and says how its store is opened.
 */
public abstract class BlockStoreContract {
    /** How the store is opened; called once for each test, the directory is new each time. */
    protected abstract StoreFixture fixture();

    @Nested
    final class Pools extends PoolContract {
        @Override
        protected StoreFixture fixture() {
            return BlockStoreContract.this.fixture();
        }
    }

    @Nested
    final class Images extends ImageContract {
        @Override
        protected StoreFixture fixture() {
            return BlockStoreContract.this.fixture();
        }
    }

    @Nested
    final class ImageIo extends ImageIoContract {
        @Override
        protected StoreFixture fixture() {
            return BlockStoreContract.this.fixture();
        }
    }

    @Nested
    final class Zeroing extends ZeroingContract {
        @Override
        protected StoreFixture fixture() {
            return BlockStoreContract.this.fixture();
        }
    }

    @Nested
    final class Resize extends ResizeContract {
        @Override
        protected StoreFixture fixture() {
            return BlockStoreContract.this.fixture();
        }
    }

    @Nested
    final class Snapshots extends SnapshotContract {
        @Override
        protected StoreFixture fixture() {
            return BlockStoreContract.this.fixture();
        }
    }

    @Nested
    final class Clones extends CloneContract {
        @Override
        protected StoreFixture fixture() {
            return BlockStoreContract.this.fixture();
        }
    }

    @Nested
    final class Diffs extends DiffContract {
        @Override
        protected StoreFixture fixture() {
            return BlockStoreContract.this.fixture();
        }
    }

    @Nested
    final class Handles extends HandleContract {
        @Override
        protected StoreFixture fixture() {
            return BlockStoreContract.this.fixture();
        }
    }

    @Nested
    final class Persistence extends PersistenceContract {
        @Override
        protected StoreFixture fixture() {
            return BlockStoreContract.this.fixture();
        }
    }

    @Nested
    final class Concurrency extends ConcurrencyContract {
        @Override
        protected StoreFixture fixture() {
            return BlockStoreContract.this.fixture();
        }
    }

    @Nested
    final class Copies extends CopyContract {
        @Override
        protected StoreFixture fixture() {
            return BlockStoreContract.this.fixture();
        }
    }

    @Nested
    final class Oracle extends OracleContract {
        @Override
        protected StoreFixture fixture() {
            return BlockStoreContract.this.fixture();
        }
    }
}
