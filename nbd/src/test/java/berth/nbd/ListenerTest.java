package berth.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ListenerTest {
    @TempDir
    Path directory;

    private NbdServer start(NbdEndpoint endpoint) {
        return NbdServer.start(NbdServerConfig.of(endpoint, new NbdTls.Off()), new TestExports());
    }

    private NbdServer startUnix(Path path) {
        return start(new NbdEndpoint.Unix(path));
    }

    private static boolean greets(Path path) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            ByteBuffer magic = ByteBuffer.allocate(8);
            while (magic.hasRemaining() && client.read(magic) >= 0) {
                // The greeting may come in pieces.
            }
            return magic.getLong(0) == Protocol.INIT_MAGIC;
        }
    }

    @Test
    void aUnixSocketIsForItsOwnerAloneAndGoneAfterwards() throws IOException {
        Path path = directory.resolve("nbd.sock");
        try (NbdServer server = startUnix(path)) {
            assertThat(server.address()).isEqualTo(UnixDomainSocketAddress.of(path));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
            assertThat(greets(path)).isTrue();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aSocketFileThatNobodyListensOnIsReplaced() throws IOException {
        Path path = directory.resolve("nbd.sock");
        ServerSocketChannel crashed = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        crashed.bind(UnixDomainSocketAddress.of(path));
        crashed.close();
        assertThat(path).exists();
        try (var _ = startUnix(path)) {
            assertThat(greets(path)).isTrue();
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aSocketThatAnotherServerListensOnIsRefused() throws IOException {
        Path path = directory.resolve("nbd.sock");
        try (var _ = startUnix(path)) {
            assertThatThrownBy(() -> startUnix(path))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.IMAGE_IN_USE))
                    .hasMessageContaining("another server is listening");
            assertThat(greets(path)).isTrue();
        }
    }

    @Test
    void aFileThatIsNoSocketIsLeftAlone() throws IOException {
        Path path = Files.writeString(directory.resolve("precious"), "data");
        assertThatThrownBy(() -> startUnix(path)).hasMessageContaining("it is no socket");
        assertThat(path).hasContent("data");
    }

    @Test
    void aSocketThatSomebodyElseMadeMeanwhileIsNotRemoved() throws IOException {
        Path path = directory.resolve("nbd.sock");
        NbdServer old = startUnix(path);
        Files.delete(path);
        try (var _ = startUnix(path)) {
            old.close();
            assertThat(greets(path)).isTrue();
        }
    }

    @Test
    void impossiblePathsAreExplained() {
        assertThatThrownBy(() -> startUnix(directory.resolve("missing/nbd.sock")))
                .isInstanceOf(BlockException.class)
                .hasMessageContaining("its directory does not exist");
        assertThatThrownBy(() -> startUnix(directory.resolve("x".repeat(200))))
                .isInstanceOf(BlockException.class)
                .hasMessageContaining("too long");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void tcpWorksOverBothFamilies() throws IOException {
        for (String host : new String[] {"127.0.0.1", "::1"}) {
            try (NbdServer server = start(new NbdEndpoint.Tcp(host, 0, false));
                    TestClient client = new TestClient(server)) {
                assertThat(((InetSocketAddress) server.address()).getAddress().getHostAddress())
                        .isIn("127.0.0.1", "0:0:0:0:0:0:0:1");
                client.flags(3);
                client.ack(Protocol.OPT_LIST);
            }
        }
    }

    @Test
    void aTakenPortIsReported() {
        try (NbdServer first = start(NbdServerTestBase.loopback())) {
            int port = ((InetSocketAddress) first.address()).getPort();
            assertThatThrownBy(() -> start(new NbdEndpoint.Tcp("127.0.0.1", port, false)))
                    .isInstanceOf(BlockException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + port);
        }
    }

    @Test
    void plainTextBeyondTheLoopbackNeedsToBeAllowed() {
        for (String host : new String[] {"0.0.0.0", "::"}) {
            assertThatThrownBy(() -> start(new NbdEndpoint.Tcp(host, 0, false)))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.FORBIDDEN));
            try (NbdServer server = start(new NbdEndpoint.Tcp(host, 0, true))) {
                assertThat(server.connections()).isZero();
            }
        }
    }

    @Test
    void endpointsThatMakeNoSenseAreRefused() {
        for (int port : new int[] {-1, 65536}) {
            assertThatThrownBy(() -> new NbdEndpoint.Tcp("localhost", port, false))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> start(new NbdEndpoint.Tcp("no such host.invalid", 0, false)))
                .hasMessageContaining("no such host");
    }
}
