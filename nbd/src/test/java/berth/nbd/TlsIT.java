package berth.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS with certificates and with shared keys, against QEMU's and libnbd's. */
final class TlsIT {
    private static final int DISK_BYTES = 8 << 20;

    @TempDir
    static Path shared;

    @SuppressWarnings("NullAway.Init")
    private static TestPki pki;

    @TempDir
    Path directory;

    private final MemoryDisk disk = new MemoryDisk(DISK_BYTES);
    private @Nullable NbdServer server;

    @BeforeAll
    static void makeCertificates() throws IOException {
        pki = new TestPki(shared);
    }

    @AfterEach
    void close() {
        if (server != null) {
            server.close();
        }
    }

    private NbdServer start(NbdTls tls) {
        NbdServer started = NbdServer.start(
                NbdServerConfig.of(NbdServerTestBase.loopback(), tls), new TestExports().add("rbd/disk", disk));
        server = started;
        return started;
    }

    private static TlsCredentials certificates(boolean verifyClients) {
        return TlsCredentials.inDirectory(pki.directory(), verifyClients);
    }

    private static int port(NbdServer server) {
        return ((InetSocketAddress) server.address()).getPort();
    }

    private Path source() throws IOException {
        return Files.write(directory.resolve("source.raw"), NbdServerTestBase.pattern(DISK_BYTES, 1));
    }

    /** Copies a file in and out with qemu-img. */
    private void copyBothWays(NbdServer server, String credentials, boolean psk) throws IOException {
        Path source = source();
        String target = "driver=nbd,host=localhost,port=" + port(server) + ",export=rbd/disk,tls-creds=tls0";
        String object = "tls-creds-" + (psk ? "psk" : "x509") + ",id=tls0,endpoint=client," + credentials;
        Tool.run(
                directory,
                "qemu-img",
                "convert",
                "--object",
                object,
                "-n",
                "-f",
                "raw",
                "--target-image-opts",
                source.toString(),
                "driver=raw,file." + target.replace(",", ",file."));
        assertThat(disk.copy(0, DISK_BYTES)).isEqualTo(Files.readAllBytes(source));
        Tool.run(directory, "qemu-img", "convert", "--object", object, "--image-opts", target, "-O", "raw", "back.raw");
        assertThat(Files.mismatch(source, directory.resolve("back.raw"))).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void qemuUsesCertificates(boolean verifyClients) throws IOException {
        NbdServer started = start(new NbdTls.Required(certificates(verifyClients)));
        copyBothWays(started, "dir=" + pki.directory(), false);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void libnbdUsesCertificates(int threads) throws IOException {
        disk.usefulThreads = threads;
        NbdServer started = start(new NbdTls.Required(certificates(true)));
        String uri = "nbds://localhost:" + port(started) + "/rbd/disk?tls-certificates=" + pki.directory();
        assertThat(Tool.run(directory, "nbdinfo", uri)).contains("newstyle-fixed with TLS");
        Path source = source();
        Tool.run(directory, "nbdcopy", source.toString(), uri);
        assertThat(disk.copy(0, DISK_BYTES)).isEqualTo(Files.readAllBytes(source));
        Tool.run(directory, "nbdcopy", uri, "back.raw");
        assertThat(Files.mismatch(source, directory.resolve("back.raw"))).isEqualTo(-1);
    }

    @Test
    void clientsWithoutACertificateAreTurnedAwayWhereOneIsNeeded() throws IOException {
        NbdServer started = start(new NbdTls.Required(certificates(true)));
        Path bare = Files.createDirectory(directory.resolve("bare"));
        Files.copy(pki.file("ca-cert.pem"), bare.resolve("ca-cert.pem"));
        String object = "tls-creds-x509,id=tls0,endpoint=client,dir=" + bare;
        String image = "driver=nbd,host=localhost,port=" + port(started) + ",export=rbd/disk,tls-creds=tls0";
        assertThat(Tool.tryRun(directory, "qemu-img", "info", "--object", object, "--image-opts", image)
                        .status())
                .isNotZero();
        assertThat(disk.closes).hasValue(0);
    }

    @Test
    void plainClientsLearnNothingWhereTlsIsRequired() throws IOException {
        NbdServer started = start(new NbdTls.Required(certificates(false)));
        try (TestClient client = new TestClient(started)) {
            client.flags(3);
            for (int option : new int[] {
                Protocol.OPT_LIST, Protocol.OPT_INFO, Protocol.OPT_GO, Protocol.OPT_STRUCTURED_REPLY, 4711
            }) {
                client.option(option, TestClient.info("rbd/disk"));
                assertThat(client.reply().type()).isEqualTo(Protocol.REP_ERR_TLS_REQD);
            }
            client.option(Protocol.OPT_EXPORT_NAME, new byte[0]);
            assertThat(client.isDropped()).isTrue();
        }
        assertThat(Tool.tryRun(directory, "nbdinfo", "nbd://localhost:" + port(started) + "/rbd/disk")
                        .status())
                .isNotZero();
    }

    @Test
    void plainClientsAreServedWhereTlsIsAllowed() throws IOException {
        NbdServer started = start(new NbdTls.Allowed(certificates(false)));
        String place = "localhost:" + port(started) + "/rbd/disk";
        assertThat(Tool.run(directory, "nbdinfo", "nbd://" + place)).contains("without TLS");
        assertThat(Tool.run(directory, "nbdinfo", "nbds://" + place + "?tls-certificates=" + pki.directory()))
                .contains("with TLS");
    }

    private static void secure(TestClient client) throws IOException, GeneralSecurityException {
        client.ack(Protocol.OPT_STARTTLS);
        SSLSocket socket = pki.secure(client.socket());
        socket.startHandshake();
        client.switchTo(socket);
    }

    @Test
    void nothingAgreedOnInPlainTextOutlivesStartTls() throws IOException, GeneralSecurityException {
        NbdServer started = start(new NbdTls.Allowed(certificates(false)));
        try (TestClient client = new TestClient(started)) {
            client.flags(3);
            client.ack(Protocol.OPT_STRUCTURED_REPLY);
            client.option(Protocol.OPT_SET_META_CONTEXT, TestClient.metaContext("rbd/disk", Protocol.BASE_ALLOCATION));
            client.replies();
            secure(client);
            client.option(Protocol.OPT_STARTTLS, new byte[0]);
            assertThat(client.reply().type()).isEqualTo(Protocol.REP_ERR_INVALID);
            client.go("rbd/disk");
            client.ask(0, Protocol.CMD_BLOCK_STATUS, 1, 0, 4096);
            TestClient.Reply reply = client.answer(0);
            assertThat(reply.structured()).isFalse();
            assertThat(reply.error()).isEqualTo(NbdError.EINVAL.code());
            assertThat(disk.closes).hasValue(1);
        }
    }

    @Test
    void plainTextBehindStartTlsIsNotTakenForEncrypted() throws IOException {
        NbdServer started = start(new NbdTls.Required(certificates(false)));
        try (TestClient client = new TestClient(started)) {
            client.flags(3);
            byte[] header = ByteBuffer.allocate(16)
                    .putLong(Protocol.OPTION_MAGIC)
                    .putInt(Protocol.OPT_STARTTLS)
                    .array();
            byte[] list = ByteBuffer.allocate(16)
                    .putLong(Protocol.OPTION_MAGIC)
                    .putInt(Protocol.OPT_LIST)
                    .array();
            client.send(TestClient.concat(header, list));
            assertThat(client.reply().type()).isEqualTo(Protocol.REP_ACK);
            assertThat(client.isDropped()).isTrue();
        } catch (SocketException _) {
            // Dropped with bytes unread, the kernel may reset the connection before the reply is read.
        }
        assertThat(disk.closes).hasValue(0);
    }

    @Test
    void requestsOfEverySizePassThroughTls() throws IOException, GeneralSecurityException {
        NbdServer started = start(new NbdTls.Required(certificates(false)));
        try (TestClient client = new TestClient(started)) {
            client.flags(3);
            secure(client);
            client.ack(Protocol.OPT_STRUCTURED_REPLY);
            client.go("rbd/disk");
            for (int size : new int[] {1, 4096, 16384, 16385, 32769, 200_000, 3_000_001}) {
                byte[] data = NbdServerTestBase.pattern(size, size);
                assertThat(client.write(5, data)).isZero();
                assertThat(client.read(5, size)).isEqualTo(data);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out K",
                "openssl ecparam -name secp384r1 -genkey -out K",
                "openssl genrsa -traditional -out K 2048",
                "openssl genpkey -algorithm ED25519 -out K",
                "openssl genpkey -algorithm RSA-PSS -out K",
                "certtool --generate-privkey --bits 2048 --outfile K",
            })
    void keysOfAllKindsCanBeUsed(String generator) throws IOException, GeneralSecurityException {
        pki.run(generator.replace("K", "other-key.pem"));
        pki.run("openssl req -x509 -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -key other-key.pem"
                + " -out other-cert.pem");
        Files.copy(pki.file("other-cert.pem"), directory.resolve("ca-cert.pem"));
        NbdServer started = start(new NbdTls.Required(new TlsCredentials.Certificates(
                pki.file("other-cert.pem"), pki.file("other-key.pem"), Optional.empty())));
        String object = "tls-creds-x509,id=tls0,endpoint=client,dir=" + directory;
        String image = "driver=nbd,host=localhost,port=" + port(started) + ",export=rbd/disk,tls-creds=tls0";
        assertThat(Tool.run(directory, "qemu-img", "info", "--object", object, "--image-opts", image))
                .contains("virtual size: 8 MiB");
    }

    @Test
    void unusableCredentialsAreExplainedWithoutTheirContent() throws IOException {
        Path key = pki.file("server-key.pem");
        Path certificate = pki.file("server-cert.pem");
        String text = Files.readString(key);
        Path cut = Files.writeString(directory.resolve("cut.pem"), text.substring(0, text.length() / 2));
        Path damaged = Files.writeString(
                directory.resolve("damaged.pem"), text.replaceFirst("(?s)(BEGIN PRIVATE KEY-----\n).{64}", "$1"));
        Path missing = directory.resolve("missing.pem");
        for (Path[] pair : new Path[][] {
            {certificate, cut}, {certificate, damaged}, {certificate, missing}, {certificate, certificate}, {key, key}
        }) {
            assertThatThrownBy(() -> start(
                            new NbdTls.Required(new TlsCredentials.Certificates(pair[0], pair[1], Optional.empty()))))
                    .isInstanceOf(BlockException.class)
                    .hasMessageStartingWith("TLS credentials in ")
                    .hasMessageNotContaining(text.substring(100, 110));
        }
        assertThatThrownBy(() -> TlsCredentials.inDirectory(directory, true)).hasMessageContaining("holds neither");
    }

    private TlsCredentials keys() {
        Tool.run(directory, "psktool", "-u", "alice", "-p", "keys.psk");
        Tool.run(directory, "psktool", "-u", "bob", "-p", "keys.psk");
        return TlsCredentials.inDirectory(directory, true);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:+ECDHE-PSK",
                ",priority=NORMAL:-VERS-ALL:+VERS-TLS1.2:+DHE-PSK"
            })
    void qemuUsesSharedKeys(String priority) throws IOException {
        NbdServer started = start(new NbdTls.Required(keys()));
        copyBothWays(started, "username=bob,dir=" + directory + priority, true);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8})
    void libnbdUsesSharedKeys(int threads) throws IOException {
        disk.usefulThreads = threads;
        NbdServer started = start(new NbdTls.Required(keys()));
        String uri =
                "nbds://alice@localhost:" + port(started) + "/rbd/disk?tls-psk-file=" + directory.resolve("keys.psk");
        Path source = source();
        Tool.run(directory, "nbdcopy", source.toString(), uri);
        assertThat(disk.copy(0, DISK_BYTES)).isEqualTo(Files.readAllBytes(source));
        Tool.run(directory, "nbdcopy", uri, "back.raw");
        assertThat(Files.mismatch(source, directory.resolve("back.raw"))).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsUnderWayIsAnsweredWhenTheServerCloses(boolean psk) throws Exception {
        disk.usefulThreads = 4;
        NbdServer started = start(new NbdTls.Required(psk ? keys() : certificates(false)));
        String uri = psk
                ? "nbds://alice@localhost:" + port(started) + "/rbd/disk?tls-psk-file=" + directory.resolve("keys.psk")
                : "nbds://localhost:" + port(started) + "/rbd/disk?tls-certificates=" + pki.directory();
        CountDownLatch[] read = disk.blockOn("read");
        CompletableFuture<String> client = CompletableFuture.supplyAsync(() -> Tool.run(
                directory,
                "/usr/bin/python3",
                "-c",
                "import nbd; c = nbd.NBD(); c.set_uri_allow_local_file(True); c.connect_uri('" + uri
                        + "'); assert c.pread(4096, 0) == bytes(4096)"));
        read[0].await();
        Thread closing = Thread.ofPlatform().start(started::close);
        Thread.sleep(200); // So that the reading thread has found the end of the stream.
        read[1].countDown();

        client.join();
        closing.join();
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "mallory"})
    void wrongKeysAndUnknownUsersAreTurnedAway(String user) throws IOException {
        NbdServer started = start(new NbdTls.Required(keys()));
        Path wrong = directory.resolve("wrong.psk");
        Files.writeString(wrong, user + ":00112233445566778899aabbccddeeff\n");
        String uri = "nbds://" + user + "@localhost:" + port(started) + "/rbd/disk?tls-psk-file=" + wrong;
        assertThat(Tool.tryRun(directory, "nbdinfo", uri).status()).isNotZero();
        assertThat(disk.closes).hasValue(0);
    }
}
