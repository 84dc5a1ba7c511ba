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
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which servers are trusted. */
final class HttpsStreamTest {
    @TempDir
    Path directory;

    private TestWebServer serve(TestCertificate certificate) throws IOException, GeneralSecurityException {
        Files.createDirectories(directory.resolve("bucket"));
        Files.write(directory.resolve("bucket/disk.raw"), new byte[1000]);
        return new TestWebServer(directory, certificate.context());
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
        TestCertificate certificate = new TestCertificate(directory, "ip:127.0.0.1");
        try (TestWebServer server = serve(certificate)) {
            Optional<Path> authority = Optional.of(certificate.pem());
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
        TestCertificate certificate = new TestCertificate(directory, "dns:elsewhere.example");
        try (TestWebServer server = serve(certificate)) {
            Optional<Path> authority = Optional.of(certificate.pem());
            assertNotTrusted(http(server, authority));
            assertNotTrusted(s3(server, authority));
        }
    }

    @Test
    void theWayNeverLeadsFromHttpsToHttp() throws Exception {
        TestCertificate certificate = new TestCertificate(directory, "ip:127.0.0.1");
        try (TestWebServer server = serve(certificate)) {
            server.redirect("/bucket/disk.raw", "http://127.0.0.1:1/disk.raw");
            RemoteObject object = http(server, Optional.of(certificate.pem()));
            assertThatThrownBy(() -> RemoteStream.open(object, RemoteStreams.IMPATIENT, RemoteStream.Contact.AGAIN))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.FORBIDDEN))
                    .hasMessageContaining("from https to http");
        }
    }
}
