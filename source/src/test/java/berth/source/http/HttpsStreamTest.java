package berth.source.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;
import berth.source.remote.RemoteObject;
import berth.source.remote.RemoteStream;
import berth.source.remote.RemoteStreams;
import berth.source.s3.S3Address;
import berth.source.s3.S3Object;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which servers are trusted. */
final class HttpsStreamTest {
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    Path directory;

    /** A server whose certificate is for a name or address, with that certificate in {@code ca.pem}. */
    private TestWebServer serve(String subject) throws IOException, GeneralSecurityException, InterruptedException {
        Path keys = directory.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=test",
                        "-ext",
                        "SAN=" + subject,
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        keys.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD);
        }
        String certificate = Base64.getMimeEncoder()
                .encodeToString(store.getCertificate("mykey").getEncoded());
        Files.writeString(
                directory.resolve("ca.pem"),
                "-----BEGIN CERTIFICATE-----\n" + certificate + "\n-----END CERTIFICATE-----\n");
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        Files.createDirectories(directory.resolve("bucket"));
        Files.write(directory.resolve("bucket/disk.raw"), new byte[1000]);
        return new TestWebServer(directory, context);
    }

    private static RemoteObject http(TestWebServer server, Optional<Path> authority) {
        String url = server.url("bucket/disk.raw");
        return new HttpObject(
                new HttpAddress(url, URI.create(url), Optional.empty()), authority, RemoteStreams.IMPATIENT);
    }

    private static RemoteObject s3(TestWebServer server, Optional<Path> authority) {
        S3Address address = S3Address.of(URI.create(server.url("bucket/disk.raw")), "us-east-1", true);
        return new S3Object(address, Optional.empty(), authority, RemoteStreams.IMPATIENT);
    }

    private static void assertNotTrusted(RemoteObject object) {
        assertThatThrownBy(() -> RemoteStream.open(object, RemoteStreams.IMPATIENT, RemoteStream.Contact.AGAIN))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EACCES))
                .hasMessageContaining("no trusted connection")
                .hasMessageContaining("ca_file");
    }

    @Test
    void onlyTheNamedAuthorityIsTrusted() throws Exception {
        try (TestWebServer server = serve("ip:127.0.0.1")) {
            Optional<Path> authority = Optional.of(directory.resolve("ca.pem"));
            try (RemoteStream stream =
                    RemoteStream.open(http(server, authority), RemoteStreams.IMPATIENT, RemoteStream.Contact.AGAIN)) {
                assertThat(stream.size()).isEqualTo(1000);
            }
            assertNotTrusted(http(server, Optional.empty()));
            assertNotTrusted(s3(server, Optional.empty()));
        }
    }

    @Test
    void aCertificateForAnotherNameIsNotTrusted() throws Exception {
        try (TestWebServer server = serve("dns:elsewhere.example")) {
            Optional<Path> authority = Optional.of(directory.resolve("ca.pem"));
            assertNotTrusted(http(server, authority));
            assertNotTrusted(s3(server, authority));
        }
    }

    @Test
    void theWayNeverLeadsFromHttpsToHttp() throws Exception {
        try (TestWebServer server = serve("ip:127.0.0.1")) {
            server.redirect("/bucket/disk.raw", "http://127.0.0.1:1/disk.raw");
            RemoteObject object = http(server, Optional.of(directory.resolve("ca.pem")));
            assertThatThrownBy(() -> RemoteStream.open(object, RemoteStreams.IMPATIENT, RemoteStream.Contact.AGAIN))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.FORBIDDEN))
                    .hasMessageContaining("from https to http");
        }
    }
}
