package berth.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import berth.nbd.TestClient.Reply;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A connection whose requests wait for their device at the same time. */
final class LanesTest extends NbdServerTestBase {
    private static final int THREADS = 8;
    private static final int MIB = 1 << 20;

    LanesTest() {
        disk.usefulThreads = THREADS;
    }

    private TestClient client() throws IOException {
        return TestClient.simple(server, "rbd/disk");
    }

    /** Operations that wait until they are let go. */
    private final class Crowd {
        private final Semaphore arrived = new Semaphore(0);
        private final CountDownLatch release = new CountDownLatch(1);

        Crowd(String operation) {
            disk.before(name -> {
                if (name.equals(operation)) {
                    arrived.release();
                    awaitRelease();
                }
            });
        }

        private void awaitRelease() {
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void aSlowRequestDoesNotHoldUpOthers() throws Exception {
        CountDownLatch[] read = disk.blockOn("read");
        try (TestClient client = client()) {
            client.ask(0, Protocol.CMD_READ, 1, 0, 4096);
            read[0].await();
            byte[] data = pattern(50_000, 1);
            for (int i = 0; i < 100; i++) {
                assertThat(client.write(i, data)).isZero();
            }
            assertThat(client.error(Protocol.CMD_FLAG_FUA, Protocol.CMD_TRIM, 0, 4096))
                    .isZero();
            read[1].countDown();
            assertThat(client.answer(4096).cookie()).isEqualTo(1);
        }
    }

    @Test
    void noMoreRequestsAreUnderWayThanTheDeviceHasUseFor() throws Exception {
        Crowd crowd = new Crowd("flush");
        int requests = 3 * THREADS;
        try (TestClient client = client()) {
            for (int i = 0; i < requests; i++) {
                client.ask(0, Protocol.CMD_FLUSH, i, 0, 0);
            }
            crowd.arrived.acquire(THREADS);
            assertThat(crowd.arrived.tryAcquire(100, TimeUnit.MILLISECONDS)).isFalse();
            crowd.release.countDown();
            assertThat(cookies(client, requests, 0)).hasSize(requests);
        }
    }

    private static Map<Long, Reply> cookies(TestClient client, int replies, int dataBytes) throws IOException {
        Map<Long, Reply> found = new HashMap<>();
        for (int i = 0; i < replies; i++) {
            Reply reply = client.answer(dataBytes);
            assertThat(reply.error()).isZero();
            found.put(reply.cookie(), reply);
        }
        return found;
    }

    /** All requests of a connection together hold no more than two of the longest ones. */
    @Test
    void requestsWithLargePayloadsWaitUntilThereIsMemoryForThem() throws Exception {
        Crowd crowd = new Crowd("read");
        int fitting = 2 * Payload.MAX_CHUNKS / Payload.chunks(DISK_BYTES);
        assertThat(fitting).isLessThan(THREADS);
        try (TestClient client = client()) {
            for (int i = 0; i < THREADS; i++) {
                client.ask(0, Protocol.CMD_READ, i, 0, DISK_BYTES);
            }
            crowd.arrived.acquire(fitting);
            assertThat(crowd.arrived.tryAcquire(100, TimeUnit.MILLISECONDS)).isFalse();
            crowd.release.countDown();
            assertThat(cookies(client, THREADS, DISK_BYTES)).hasSize(THREADS);
        }
    }

    @Test
    void whatIsUnderWayIsAnsweredWhenTheClientBreaksTheProtocol() throws Exception {
        CountDownLatch[] read = disk.blockOn("read");
        try (TestClient client = client()) {
            client.ask(0, Protocol.CMD_READ, 1, 0, 4096);
            read[0].await();
            byte[] wrong = TestClient.request(0, Protocol.CMD_READ, 2, 0, 1);
            wrong[0]++;
            client.send(wrong);
            read[1].countDown();
            assertThat(client.rest()).hasSize(16 + 4096);
        }
    }

    @Test
    void whatIsUnderWayIsAnsweredWhenTheServerCloses() throws Exception {
        CountDownLatch[] read = disk.blockOn("read");
        try (TestClient client = client()) {
            client.ask(0, Protocol.CMD_READ, 1, 0, 4096);
            read[0].await();
            Thread closing = Thread.ofPlatform().start(server::close);
            read[1].countDown();
            assertThat(client.rest()).hasSize(16 + 4096);
            closing.join();
        }
        assertThat(disk.closes).hasValue(1);
    }

    @Test
    void aClientThatVanishesLeavesNoThreadAndNoMemoryBehind() throws Exception {
        Crowd crowd = new Crowd("write");
        try (TestClient client = client()) {
            for (int i = 0; i < THREADS; i++) {
                client.ask(0, Protocol.CMD_WRITE, i, 0, MIB, pattern(MIB, i));
            }
            crowd.arrived.acquire(THREADS);
        }
        crowd.release.countDown();
        server.close();
        assertThat(disk.closes).hasValue(1);
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.matches("nbd-\\d+"));
    }

    /** A client has one request at a time for each part of the disk, and many in all. */
    @Test
    void everyPartHoldsWhatWasWrittenThereWhateverElseIsUnderWay() throws Exception {
        long seed = System.nanoTime();
        System.out.println("berth.seed=" + seed);
        Random random = new Random(seed);
        int parts = DISK_BYTES / MIB;
        byte[][] model = new byte[parts][MIB];
        try (TestClient client = client()) {
            for (int round = 0; round < 60; round++) {
                for (int part = 0; part < parts; part++) {
                    int length = random.nextBoolean() ? 1 + random.nextInt(9000) : 1 + random.nextInt(MIB);
                    int at = random.nextInt(MIB - length + 1);
                    long offset = (long) part * MIB + at;
                    if (random.nextInt(3) > 0) {
                        byte[] data = pattern(length, random.nextInt());
                        System.arraycopy(data, 0, model[part], at, length);
                        client.ask(0, Protocol.CMD_WRITE, part, offset, length, data);
                    } else {
                        Arrays.fill(model[part], at, at + length, (byte) 0);
                        client.ask(0, Protocol.CMD_WRITE_ZEROES, part, offset, length);
                    }
                }
                assertThat(cookies(client, parts, 0)).hasSize(parts);
                for (int part = 0; part < parts; part++) {
                    client.ask(0, Protocol.CMD_READ, part, (long) part * MIB, MIB);
                }
                cookies(client, parts, MIB)
                        .forEach((part, reply) -> assertThat(Arrays.equals(reply.data(), model[part.intValue()]))
                                .as("part %d", part)
                                .isTrue());
            }
        }
    }
}
