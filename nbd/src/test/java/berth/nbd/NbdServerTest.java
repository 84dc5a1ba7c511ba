package berth.nbd;

import static berth.nbd.Protocol.CMD_FLUSH;
import static berth.nbd.Protocol.CMD_READ;
import static berth.nbd.Protocol.CMD_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server as a whole: many clients, clients that vanish, and the end. */
final class NbdServerTest extends NbdServerTestBase {
    private static final int CLIENTS = 64;

    /** Waits until something that another thread does has happened; the test's own time limit is the bound. */
    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            sleep();
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 32 << 10, 200_000, 3 << 20})
    void nothingOfAWriteIsWrittenWhenItsClientVanishesInTheMiddle(int length) throws IOException {
        byte[] payload = pattern(length, 1);
        for (int sent : new int[] {0, 1, length / 2, length - 1}) {
            try (TestClient client = TestClient.structured(server, "rbd/disk")) {
                client.send(TestClient.request(0, CMD_WRITE, 1, 0, length));
                client.send(Arrays.copyOf(payload, sent));
            }
        }
        until(() -> server.connections() == 0);
        assertThat(disk.copy(0, length)).containsOnly(0);
        assertThat(disk.closes).hasValue(4);
    }

    @Test
    void clientsThatVanishAnywhereLeaveNothingBehind() throws IOException {
        byte[] conversation = TestClient.concat(
                new byte[] {0, 0, 0, 3},
                option(Protocol.OPT_STRUCTURED_REPLY, new byte[0]),
                option(Protocol.OPT_GO, TestClient.info("rbd/disk")),
                TestClient.request(0, CMD_READ, 1, 0, 4096),
                TestClient.request(0, CMD_FLUSH, 1, 0, 0),
                TestClient.request(0, CMD_WRITE, 1, 0, 0));
        for (int sent = 0; sent < conversation.length; sent++) {
            try (TestClient client = new TestClient(server)) {
                client.send(Arrays.copyOf(conversation, sent));
            }
        }
        until(() -> server.connections() == 0);
        try (TestClient client = TestClient.simple(server, "rbd/disk")) {
            assertThat(client.read(0, 10)).hasSize(10);
        }
    }

    private static byte[] option(int option, byte[] data) {
        return ByteBuffer.allocate(16 + data.length)
                .putLong(Protocol.OPTION_MAGIC)
                .putInt(option)
                .putInt(data.length)
                .put(data)
                .array();
    }

    @Test
    void manyClientsAreServedAtOnce() throws Exception {
        CountDownLatch allConnected = new CountDownLatch(CLIENTS);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int at = i;
                results.add(threads.submit(() -> useOwnRange(at, allConnected)));
            }
            for (Future<?> result : results) {
                result.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError("a client failed", e);
        }
        until(() -> server.connections() == 0);
    }

    private @Nullable Void useOwnRange(int at, CountDownLatch allConnected) throws Exception {
        int range = DISK_BYTES / CLIENTS;
        try (TestClient client = TestClient.structured(server, "rbd/disk")) {
            allConnected.countDown();
            allConnected.await();
            for (int round = 0; round < 5; round++) {
                byte[] data = pattern(range, at * 100 + round);
                assertThat(client.write((long) at * range, data)).isZero();
                assertThat(client.read((long) at * range, range)).isEqualTo(data);
            }
        }
        return null;
    }

    @Test
    void clientsBeyondTheLimitAreSentAway() throws IOException {
        var config =
                new NbdServerConfig(loopback(), new NbdTls.Off(), 1, Duration.ofSeconds(30), Duration.ofSeconds(1));
        try (NbdServer small = NbdServer.start(config, exports);
                TestClient first = TestClient.simple(small, "rbd/disk")) {
            try (var second = new Socket(InetAddress.getLoopbackAddress(), port(small))) {
                assertThat(second.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(first.read(0, 1)).hasSize(1);
            assertThat(small.connections()).isEqualTo(1);
        }
    }

    private static int port(NbdServer server) {
        return ((InetSocketAddress) server.address()).getPort();
    }

    @Test
    void aClientThatDoesNotReadItsRepliesHoldsUpNobodyElse() throws IOException {
        try (TestClient lazy = TestClient.structured(server, "rbd/disk");
                TestClient other = TestClient.structured(server, "rbd/disk")) {
            for (int i = 0; i < 64; i++) {
                lazy.ask(0, CMD_READ, i, 0, DISK_BYTES);
            }
            for (int i = 0; i < 20; i++) {
                assertThat(other.read(0, 4096)).hasSize(4096);
            }
            for (int i = 0; i < 64; i++) {
                assertThat(lazy.answer(0).cookie()).isEqualTo(i);
            }
        }
    }

    @Test
    void closeLetsTheRunningRequestFinishAndClosesTheExport() throws Exception {
        CountDownLatch[] latches = disk.blockOn("write");
        try (TestClient client = TestClient.structured(server, "rbd/disk")) {
            client.ask(0, CMD_WRITE, 42, 0, 4096, pattern(4096, 1));
            latches[0].await();
            Thread closing = Thread.ofPlatform().start(server::close);
            until(() -> closing.getState() == Thread.State.TIMED_WAITING);
            latches[1].countDown();
            assertThat(client.answer(0).cookie()).isEqualTo(42);
            assertThat(client.isDropped()).isTrue();
            closing.join();
        }
        assertThat(disk.copy(0, 4096)).isEqualTo(pattern(4096, 1));
        assertThat(disk.closes).hasValue(1);
        assertThat(server.connections()).isZero();
    }

    @Test
    void closeDoesNotWaitForClientsThatNeverRead() throws IOException {
        var config =
                new NbdServerConfig(loopback(), new NbdTls.Off(), 4, Duration.ofSeconds(30), Duration.ofMillis(100));
        NbdServer hasty = NbdServer.start(config, exports);
        try (TestClient lazy = TestClient.structured(hasty, "rbd/disk")) {
            for (int i = 0; i < 64; i++) {
                lazy.ask(0, CMD_READ, i, 0, DISK_BYTES);
            }
            hasty.close();
            assertThat(hasty.connections()).isZero();
            assertThat(disk.closes).hasValue(1);
        }
    }

    @Test
    void closeEndsIdleClientsAndThoseThatStillNegotiateAtOnce() throws IOException {
        try (TestClient idle = TestClient.simple(server, "rbd/disk");
                TestClient negotiating = new TestClient(server)) {
            server.close();
            assertThat(server.connections()).isZero();
            assertThat(idle.isDropped()).isTrue();
            assertThat(negotiating.isDropped()).isTrue();
        }
        server.close();
    }
}
