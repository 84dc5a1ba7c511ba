package berth.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.ListenAddress;
import berth.block.Problem;
import berth.block.contract.SparseBytes;
import berth.block.contract.TestSources;
import berth.source.http.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RangeServerTest {
    private static final int BITS = 12;

    private final HttpClient client = HttpClient.newHttpClient();
    private final SparseBytes disk = new SparseBytes(6 << 20);
    private final VirtualQcow2 file = new VirtualQcow2(new TestSources().add().now(disk), BITS);
    private final String token = RangeServer.newToken();
    private RangeServer server;

    private static RangeServer serve(Duration patience, Optional<SSLContext> tls) {
        return RangeServer.start(new ListenAddress("127.0.0.1", 0, false), "127.0.0.1", patience, tls);
    }

    @BeforeEach
    void start() {
        byte[] bytes = new byte[6 << 20];
        new Random(1).nextBytes(bytes);
        disk.write(0, bytes);
        server = serve(Duration.ofMillis(200), Optional.empty());
        server.add(token, file);
    }

    @AfterEach
    void stop() {
        server.close();
        client.close();
    }

    private HttpResponse<byte[]> get(URI url, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(url);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private byte[] expected(long offset, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        file.read(offset, bytes);
        return bytes.array();
    }

    @ParameterizedTest
    @CsvSource({"0, 112", "4096, 4096", "100, 9000", "3000000, 5000000"})
    void aRangeIsAnsweredWithItsBytes(long offset, int length) throws Exception {
        HttpResponse<byte[]> response =
                get(server.url(token), "Range", "bytes=" + offset + "-" + (offset + length - 1));
        long end = Math.min(offset + length, file.size());
        assertThat(response.statusCode()).isEqualTo(206);
        assertThat(response.headers().firstValue("Content-Range"))
                .contains("bytes " + offset + "-" + (end - 1) + "/" + file.size());
        assertThat(response.body()).isEqualTo(expected(offset, (int) (end - offset)));
    }

    @Test
    void withoutARangeTheWholeFileIsAnswered() throws Exception {
        HttpResponse<byte[]> response = get(server.url(token));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo(expected(0, (int) file.size()));
    }

    @Test
    void headTellsTheSizeAndThatRangesAreTaken() throws Exception {
        HttpRequest head = HttpRequest.newBuilder(server.url(token)).HEAD().build();
        HttpResponse<Void> response = client.send(head, HttpResponse.BodyHandlers.discarding());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValueAsLong("Content-Length")).hasValue(file.size());
        assertThat(response.headers().firstValue("Accept-Ranges")).contains("bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=99999999999-", "bytes=5-4", "bytes=0-1,5-6", "lines=1-2", "bytes=-0", "bytes=-"})
    void rangesThatCannotBeHadAreRefused(String range) throws Exception {
        HttpResponse<byte[]> response = get(server.url(token), "Range", range);
        assertThat(response.statusCode()).isEqualTo(416);
        assertThat(response.headers().firstValue("Content-Range")).contains("bytes */" + file.size());
    }

    @Test
    void aSuffixIsARange() throws Exception {
        assertThat(get(server.url(token), "Range", "bytes=-10").body()).isEqualTo(expected(file.size() - 10, 10));
    }

    @Test
    void onlyWhoKnowsTheTokenFindsTheFile() throws Exception {
        assertThat(get(server.url(RangeServer.newToken())).statusCode()).isEqualTo(503);
        assertThat(get(URI.create(server.url(token).toString().replace("disk.qcow2", "")))
                        .statusCode())
                .isEqualTo(503);
        server.remove(token);
        assertThat(get(server.url(token)).statusCode()).isEqualTo(503);
    }

    @Test
    void nothingCanBeSent() throws Exception {
        HttpRequest put = HttpRequest.newBuilder(server.url(token))
                .PUT(HttpRequest.BodyPublishers.ofString("x"))
                .build();
        assertThat(client.send(put, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(405);
    }

    @Test
    void aRequestWaitsForASourceThatComesBack() throws Exception {
        FailingBytes failing = new FailingBytes(disk);
        VirtualQcow2 broken = new VirtualQcow2(new TestSource(failing), BITS);
        long data = broken.size() - (6 << 20);
        try (RangeServer patient = serve(Duration.ofMinutes(5), Optional.empty())) {
            patient.add(token, broken);
            failing.failFrom(100);
            HttpRequest request = HttpRequest.newBuilder(patient.url(token))
                    .header("Range", "bytes=" + data + "-" + (data + 8191))
                    .build();
            var response = client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
            failing.awaitFailures(2);
            assertThat(response).isNotDone();
            failing.failFrom(Long.MAX_VALUE);
            assertThat(response.get(1, TimeUnit.MINUTES).statusCode()).isEqualTo(206);
            assertThat(response.get().body()).isEqualTo(disk.read(0, 8192));
        }
    }

    /** A client that took an error in the midst for data would keep it. */
    @Test
    void aSourceThatFailsIsAnErrorAndNeverAWholeBody() throws Exception {
        FailingBytes failing = new FailingBytes(disk);
        VirtualQcow2 broken = new VirtualQcow2(new TestSource(failing), BITS);
        server.add(token, broken);
        long data = broken.size() - (6 << 20);
        failing.failFrom(0);
        assertThat(get(server.url(token), "Range", "bytes=" + data + "-" + (data + 4095))
                        .statusCode())
                .isEqualTo(500);
        failing.failFrom(5 << 20);
        assertThatThrownBy(() -> get(server.url(token), "Range", "bytes=" + data + "-"))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> broken.read(data + (5 << 20), ByteBuffer.allocate(1)))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.IO));
    }

    /** Requests that arrive in one piece are answered one after the other, however they are encrypted. */
    @Test
    void requestsThatArriveTogetherAreAllAnsweredOverTls(@TempDir Path directory) throws Exception {
        SSLContext context = new TestCertificate(directory, "ip:127.0.0.1").context();
        try (RangeServer encrypted = serve(Duration.ofSeconds(1), Optional.of(context))) {
            encrypted.add(token, file);
            URI url = encrypted.url(token);
            try (SSLSocket socket = (SSLSocket)
                    context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), url.getPort())) {
                socket.setSoTimeout(20_000);
                String request = "GET " + url.getPath() + " HTTP/1.1\r\nHost: x\r\nRange: bytes=0-3\r\n\r\n";
                for (int i = 0; i < 50; i++) {
                    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                }
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
                for (int answered = 0; answered < 50; ) {
                    String line = Objects.requireNonNull(in.readLine(), "the connection was closed");
                    answered += line.endsWith("HTTP/1.1 206 Partial Content") ? 1 : 0;
                }
            }
        }
    }

    @Test
    void whoSaysThatNothingFollowsStillGetsAllAnswersAndClosingEndsEveryConnectionOverTls(@TempDir Path directory)
            throws Exception {
        SSLContext context = new TestCertificate(directory, "ip:127.0.0.1").context();
        RangeServer encrypted = serve(Duration.ofSeconds(1), Optional.of(context));
        try (Socket silent = new Socket(
                        InetAddress.getLoopbackAddress(), encrypted.url(token).getPort());
                SSLSocket asking = (SSLSocket) context.getSocketFactory()
                        .createSocket(
                                InetAddress.getLoopbackAddress(),
                                encrypted.url(token).getPort())) {
            encrypted.add(token, file);
            silent.setSoTimeout(20_000);
            asking.setSoTimeout(20_000);
            String request = "GET " + encrypted.url(token).getPath() + " HTTP/1.1\r\nHost: x\r\n\r\n";
            asking.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            asking.shutdownOutput();
            assertThat(asking.getInputStream().readNBytes((int) file.size())).hasSize((int) file.size());
            encrypted.close();
            assertThat(silent.getInputStream().read()).isNegative();
        } finally {
            encrypted.close();
        }
    }

    @Test
    void tlsLetsOtherMachinesIn(@TempDir Path directory) throws Exception {
        ListenAddress everywhere = new ListenAddress("0.0.0.0", 0, false);
        assertThatThrownBy(() -> RangeServer.start(everywhere, "localhost", Duration.ofSeconds(1), Optional.empty()))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.FORBIDDEN));
        SSLContext context = new TestCertificate(directory, "ip:127.0.0.1").context();
        RangeServer.start(everywhere, "localhost", Duration.ofSeconds(1), Optional.of(context))
                .close();
    }
}
