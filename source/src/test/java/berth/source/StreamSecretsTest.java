package berth.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Source;
import berth.source.http.TestWebServer;
import berth.source.remote.RemoteStreams;
import berth.source.spec.SpecParser;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How secrets get into requests, and that those which cannot are not shown. */
final class StreamSecretsTest {
    private static final String SECRET = "LnEsqNNqZIpkzauboDcLXLcYaWwLQ3Kop0zAnKIn";
    private static final String NAME = "gr\u00fcn.raw";

    @TempDir
    Path directory;

    private TestWebServer server;
    private String kept = SECRET;

    @BeforeEach
    void serve() throws IOException {
        Files.createDirectory(directory.resolve("images"));
        Files.write(directory.resolve("images").resolve(NAME), new byte[100]);
        server = new TestWebServer(directory, 0);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Source open(String type, String keys) {
        String json = "{'type':'raw','stream':{'type':'" + type + "','url':'" + server.url("images/" + NAME) + "',"
                + keys + "}}";
        return new SourceFactory(NativeResolver.NONE, _ -> Optional.of(kept), RemoteStreams.IMPATIENT)
                .open(new SpecParser(directory).parse(json.replace('\'', '"')));
    }

    private static String everything(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    @Test
    void aUserAndPasswordAreSentAsRfc7617HasIt() {
        server.requireAuthorization("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        kept = "open sesame";
        try (Source source = open("http", "'user':'Aladdin','password':'secret://x'")) {
            assertThat(source.description())
                    .contains("\"password\":\"secret://x\"")
                    .doesNotContain("sesame");
        }
    }

    @Test
    void aTokenIsSentAsRfc6750HasIt() {
        server.requireAuthorization("Bearer " + SECRET);
        try (Source source = open("http", "'token':'secret://x'")) {
            assertThat(source.description()).doesNotContain(SECRET);
        }
    }

    @Test
    void aQueryIsSentAndNotShown() {
        kept = "X-Amz-Signature=" + SECRET + "&a=%20";
        try (Source source = open("http", "'query':'secret://x'")) {
            assertThat(server.queries()).isNotEmpty().containsOnly(kept);
            assertThat(source.description() + source.validators()).doesNotContain(SECRET);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a\u20ac", "a\u00fc", "a#b", "a|b", "a%zz"})
    void aQueryThatIsNoneIsRefusedWithoutShowingIt(String end) {
        kept = SECRET + end;
        assertRefused("http", "'query':'secret://x'");
    }

    @ParameterizedTest
    @ValueSource(strings = {" b", "\u20ac", "\u00fc", "\t"})
    void aTokenThatIsNoneIsRefusedWithoutShowingIt(String end) {
        kept = SECRET + end;
        assertRefused("http", "'token':'secret://x'");
        assertRefused("s3", "'access_key':'secret://x','secret_key':'y'");
        assertRefused("s3", "'access_key':'x','secret_key':'y','session_token':'secret://x'");
    }

    private void assertRefused(String type, String keys) {
        assertThatThrownBy(() -> open(type, keys).close())
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.INVALID_ARGUMENT))
                .hasMessageContaining("the secret secret://x cannot be used")
                .satisfies(e -> assertThat(everything(e)).doesNotContain(SECRET));
        assertThat(server.requests()).isZero();
    }
}
