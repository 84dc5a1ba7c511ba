package berth.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Clients that send anything. A seed is printed and can be given again with {@code -Dtest.args=-Dnbd.fuzz.seed=N}. */
final class FuzzTest extends NbdServerTestBase {
    private static final int ROUNDS = 300;

    @Test
    void noBytesHangTheServerOrReachOtherClients() throws IOException {
        long seed = Long.getLong("nbd.fuzz.seed", System.nanoTime());
        System.out.println("nbd.fuzz.seed=" + seed);
        Random random = new Random(seed);
        try (TestClient witness = TestClient.structured(server, "rbd/disk@snap")) {
            for (int round = 0; round < ROUNDS; round++) {
                fuzz(random);
                assertThat(witness.read(0, 100))
                        .as("seed %d round %d", seed, round)
                        .containsOnly(0);
            }
        }
        server.close();
        assertThat(server.connections()).isZero();
    }

    private void fuzz(Random random) throws IOException {
        boolean structured = random.nextBoolean();
        try (TestClient client = random.nextInt(4) == 0 ? new TestClient(server) : transmitting(structured)) {
            client.socket().shutdownInput();
            for (int message = random.nextInt(20); message > 0; message--) {
                client.send(message(random));
            }
            client.socket().shutdownOutput();
        } catch (SocketException _) {
            // The server closed the connection: it may.
        }
    }

    private TestClient transmitting(boolean structured) throws IOException {
        return structured ? TestClient.structured(server, "rbd/disk") : TestClient.simple(server, "rbd/disk");
    }

    private static byte[] message(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> bytes(random, random.nextInt(200));
            case 1 -> option(random);
            case 2 -> mutated(random, request(random));
            default -> request(random);
        };
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] option(Random random) {
        byte[] data = random.nextBoolean()
                ? TestClient.info("rbd/disk", random.nextInt(6))
                : TestClient.metaContext("rbd/disk", "base:", "x:y");
        byte[] whole = mutated(random, data);
        return ByteBuffer.allocate(16 + whole.length)
                .putLong(Protocol.OPTION_MAGIC)
                .putInt(random.nextInt(12))
                .putInt(random.nextInt(8) == 0 ? random.nextInt() : whole.length)
                .put(whole)
                .array();
    }

    private static byte[] request(Random random) {
        int type = random.nextInt(10);
        long offset = random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(DISK_BYTES);
        long length = random.nextInt(4) == 0 ? random.nextInt() & 0xffffffffL : random.nextInt(300_000);
        byte[] header = TestClient.request(random.nextInt(4) == 0 ? random.nextInt() : 0, type, 1, offset, length);
        boolean payload = type == Protocol.CMD_WRITE && length <= 300_000;
        return payload ? TestClient.concat(header, bytes(random, (int) length)) : header;
    }

    private static byte[] mutated(Random random, byte[] bytes) {
        byte[] result = bytes.clone();
        for (int flips = random.nextInt(4); flips > 0 && result.length > 0; flips--) {
            result[random.nextInt(result.length)] = (byte) random.nextInt();
        }
        return Arrays.copyOf(result, random.nextInt(8) == 0 ? random.nextInt(result.length + 1) : result.length);
    }
}
