package berth.block.contract;

import org.junit.jupiter.api.Nested;

/** Everything that a store must do whose images can be used while they are filled from an origin. A store's module extends this class and says how its store is opened. */
public abstract class StoreContract extends BlockStoreContract {
    @Nested
    final class Imports extends ImportContract {
        @Override
        protected StoreFixture fixture() {
            return StoreContract.this.fixture();
        }
    }

    @Nested
    final class Fills extends FillContract {
        @Override
        protected StoreFixture fixture() {
            return StoreContract.this.fixture();
        }
    }

    @Nested
    final class LinkedMigrations extends LinkedMigrationContract {
        @Override
        protected StoreFixture fixture() {
            return StoreContract.this.fixture();
        }
    }

    @Nested
    final class Aborts extends AbortContract {
        @Override
        protected StoreFixture fixture() {
            return StoreContract.this.fixture();
        }
    }
}
