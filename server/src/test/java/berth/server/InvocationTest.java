package berth.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InvocationTest {
    private static final Invocation SAMPLE = new Invocation(
            List.of("import", "-", "Ünïcode/ß@x", ""), Path.of("/work dir"), Map.of("TZ", "UTC"), true, false);

    @Test
    void whatIsSentArrives() throws Exception {
        Invocation decoded = Invocation.decode(SAMPLE.encode());
        assertThat(decoded.args()).isEqualTo(SAMPLE.args());
        assertThat(decoded.directory()).isEqualTo(SAMPLE.directory());
        assertThat(decoded.environment()).isEqualTo(SAMPLE.environment());
        assertThat(decoded.terminal()).isTrue();
        assertThat(decoded.remote()).isTrue();
    }

    @Test
    void filesOfTheCallersProcessAreRefusedElsewhere() throws Exception {
        Invocation decoded = Invocation.decode(SAMPLE.encode());
        for (String path : List.of("/dev/stdin", "/dev/stdout", "/dev/fd/63", "/proc/self/fd/0")) {
            assertThat(SAMPLE.resolve(path)).isEqualTo(Path.of(path));
            assertThatThrownBy(() -> decoded.resolve(path))
                    .isInstanceOf(BlockException.class)
                    .hasMessageContaining(path);
        }
        assertThat(decoded.resolve("root/dev/stdin")).isEqualTo(Path.of("/work dir/root/dev/stdin"));
        assertThat(decoded.resolve("/dev/vda")).isEqualTo(Path.of("/dev/vda"));
        assertThat(decoded.resolve("stdin")).isEqualTo(Path.of("/work dir/stdin"));
    }

    @Test
    void everyCutIsRefused() {
        byte[] whole = SAMPLE.encode();
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Invocation.decode(cut)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void damagedBytesNeverDoMoreThanFail() {
        long seed = Long.getLong("berth.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = SAMPLE.encode();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            try {
                assertThat(Invocation.decode(bytes).directory().isAbsolute())
                        .as("seed %d", seed)
                        .isTrue();
            } catch (IOException e) {
                // refused
            }
        }
    }
}
