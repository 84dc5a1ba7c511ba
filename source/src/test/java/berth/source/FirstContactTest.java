package berth.source;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.source.remote.ReadAheadPolicy;
import berth.source.remote.RemoteOptions;
import berth.source.remote.RetryPolicy;
import berth.source.secret.SecretStore;
import berth.source.spec.SpecParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that do not run. */
class FirstContactTest {
    private static final RemoteOptions FIVE_ATTEMPTS = new RemoteOptions(
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5),
            new RetryPolicy(5, 5, Duration.ofMillis(1), Duration.ofMillis(5)),
            ReadAheadPolicy.DEFAULT);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'http','url':'http://127.0.0.1:PORT/disk.raw'}",
                "{'type':'nbd','uri':'nbd://127.0.0.1:PORT/disk'}"
            })
    void serverThatIsNamedForTheFirstTimeIsWaitedForLessLongThanOneThatIsKnown(String stream) throws IOException {
        String spec = "{'type':'raw','stream':%s}"
                .formatted(stream)
                .replace("PORT", Integer.toString(closedPort()))
                .replace('\'', '"');
        SourceFactory sources = new SourceFactory(NativeResolver.NONE, SecretStore.NONE, FIVE_ATTEMPTS);

        assertThatThrownBy(() -> sources.open(new SpecParser(Path.of("")).parse(spec)))
                .isInstanceOf(BlockException.class)
                .hasMessageContaining("given up after 3 attempts");
        assertThatThrownBy(() -> sources.open(spec))
                .isInstanceOf(BlockException.class)
                .hasMessageContaining("given up after 5 attempts");
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
