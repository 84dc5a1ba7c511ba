package berth.nbd;

import static berth.nbd.Protocol.CMD_READ;
import static berth.nbd.Protocol.CMD_WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import berth.nbd.TestClient.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection that is served by one thread. */
final class OrderTest extends NbdServerTestBase {
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void requestsThatArriveTogetherAreAnsweredInOrder(boolean structured) throws IOException {
        try (TestClient client = TestClient.of(server, "rbd/disk", structured)) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            int requests = 300;
            for (int i = 0; i < requests; i++) {
                all.writeBytes(TestClient.request(0, CMD_WRITE, 2L * i, 4096L * i, 4096));
                all.writeBytes(pattern(4096, i));
                all.writeBytes(TestClient.request(0, CMD_READ, 2L * i + 1, 4096L * i, 4096));
            }
            Thread sender = Thread.ofPlatform().start(() -> {
                try {
                    client.send(all.toByteArray());
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            for (int i = 0; i < requests; i++) {
                Reply written = client.answer(0);
                assertThat(written.cookie()).isEqualTo(2L * i);
                assertThat(written.error()).isZero();
                Reply read = client.answer(4096);
                assertThat(read.cookie()).isEqualTo(2L * i + 1);
                byte[] data = read.data();
                assertThat(Arrays.copyOfRange(data, data.length - 4096, data.length))
                        .isEqualTo(pattern(4096, i));
            }
            sender.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Quick requests make the server wait actively; then its answers must still wait for a client that does not read. */
    @Test
    void aClientThatReadsLateGetsEveryByteHoweverQuickItWas() throws Exception {
        int requests = 64;
        int length = 1 << 20;
        try (TestClient client = TestClient.structured(server, "rbd/disk")) {
            for (int i = 0; i < 2000; i++) {
                client.read(0, 512);
            }
            byte[] data = pattern(length, 1);
            client.write(0, data);
            for (int i = 0; i < requests; i++) {
                client.send(TestClient.request(0, CMD_READ, i, 0, length));
            }
            Thread.sleep(50);
            for (int i = 0; i < requests; i++) {
                Reply reply = client.answer(length);
                assertThat(reply.cookie()).isEqualTo(i);
                byte[] got = reply.data();
                assertThat(Arrays.copyOfRange(got, got.length - length, got.length))
                        .isEqualTo(data);
            }
        }
    }
}
