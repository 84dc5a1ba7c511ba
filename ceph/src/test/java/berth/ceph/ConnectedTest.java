package berth.ceph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What tests below the store share: a real cluster with nothing but the pool {@code vms}, and a connection to it. */
abstract class ConnectedTest {
    CephStore store;
    Connection connection;

    @BeforeEach
    final void open() {
        CephFixture.empty();
        store = CephStore.open(CephFixture.config());
        store.createPool("vms");
        connection = Connection.to(CephFixture.config()).connect();
    }

    @AfterEach
    final void close() {
        connection.close(() -> {});
        store.close();
    }
}
