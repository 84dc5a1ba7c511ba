package berth.nbd;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A server on a free port of the loopback interface, with a disk of 8 MiB, a read-only one and an odd one. */
abstract class NbdServerTestBase {
    static final int DISK_BYTES = 8 << 20;

    final MemoryDisk disk = new MemoryDisk(DISK_BYTES);
    final MemoryDisk readOnly = new MemoryDisk(1 << 20, true);
    final TestExports exports = new TestExports()
            .add("rbd/disk", disk)
            .add("rbd/disk@snap", readOnly)
            .defaultTo("rbd/disk");

    NbdServer server;

    @BeforeEach
    void startServer() {
        server = NbdServer.start(config(), exports);
    }

    NbdServerConfig config() {
        return NbdServerConfig.of(loopback(), new NbdTls.Off());
    }

    static NbdEndpoint loopback() {
        return new NbdEndpoint.Tcp("127.0.0.1", 0, false);
    }

    @AfterEach
    void closeServer() {
        server.close();
    }

    /** Bytes that differ from block to block and from seed to seed. */
    static byte[] pattern(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
