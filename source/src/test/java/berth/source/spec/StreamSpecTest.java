package berth.source.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.posix.Errno;
import berth.source.secret.Secret;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams from servers in a source-spec. */
final class StreamSpecTest {
    private static final String SECRET = "LnEsqNNqZIpkzauboDcLXLcYaWwLQ3Kop0zAnKIn";

    private static StreamSpec stream(String json) {
        return spec(json) instanceof DiskSpec disk ? disk.stream() : null;
    }

    private static SourceSpec spec(String json) {
        return new SpecParser(Path.of("/current")).parse(("{'type':'raw','stream':" + json + "}").replace('\'', '"'));
    }

    private static void refused(String json, String message) {
        assertThatThrownBy(() -> stream(json))
                .as(json)
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                .hasMessageContaining(message)
                .message()
                .doesNotContain(SECRET);
    }

    @Test
    void readsTheStreamsOfRbdsDocumentation() {
        assertThat(stream("{'type':'http','url':'http://download.ceph.com/image.raw'}"))
                .isEqualTo(new StreamSpec.Http(
                        URI.create("http://download.ceph.com/image.raw"),
                        Optional.empty(),
                        new StreamSpec.Login.Anonymous(),
                        Optional.empty()));
        assertThat(stream("{'type':'s3','url':'http://s3.ceph.com/bucket/image.raw',"
                        + "'access_key':'NX5QOQKC6BH2IDN8HC7A','secret_key':'" + SECRET + "'}"))
                .isEqualTo(new StreamSpec.S3(
                        URI.create("http://s3.ceph.com/bucket/image.raw"),
                        Optional.of(new StreamSpec.S3.Keys(
                                new Secret.Value("NX5QOQKC6BH2IDN8HC7A"), new Secret.Value(SECRET), Optional.empty())),
                        "us-east-1",
                        true,
                        Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'token':'secret://web/token','type':'http','url':'https://h/i.raw'}",
                "{'ca_file':'/ca.pem','password':'config://pw','type':'http','url':'http://h:8080/i.raw','user':'u'}",
                "{'query':'file:///run/query','type':'http','url':'http://h/i.raw'}",
                "{'access_key':'config://rbd/s3/access_key','secret_key':'secret://k','session_token':'env://T',"
                        + "'type':'s3','url':'https://s3/b/dir/k'}",
                "{'path_style':false,'region':'eu-west-1','type':'s3','url':'https://s3/b/k'}",
                "{'type':'nbd','uri':'nbd://host:10810/disk'}",
                "{'type':'nbd','uri':'nbd://[::1]:10809/a b'}",
                "{'type':'nbd','uri':'nbd+unix:///disk?socket=/run/nbd.sock'}",
                "{'type':'nbd','uri':'nbd+unix:///?socket=/run/nbd.sock'}"
            })
    void whatIsPrintedIsReadAgain(String json) {
        SourceSpec spec = spec(json.replace("a b", "a%20b"));
        assertThat(new SpecParser(Path.of("/")).parse(spec.toJson())).isEqualTo(spec);
        assertThat(spec.toJson()).contains(json.replace('\'', '"').replace("a b", "a%20b"));
    }

    @Test
    void secretsByValueAreNeverPrinted() {
        SourceSpec spec = spec("{'type':'http','url':'http://h/i.raw?sig=" + SECRET + "','token':'" + SECRET + "'}");
        assertThat(spec.toJson()).contains("***").doesNotContain(SECRET);
        assertThat(spec.toString()).doesNotContain(SECRET);
        assertThatThrownBy(() -> new SpecParser(Path.of("/")).parse(spec.toJson()))
                .hasMessageContaining("secret that is not shown");
        SourceSpec kept = SpecSecrets.replace(spec, _ -> new Secret.Stored("kept"));
        assertThat(kept.toJson())
                .isEqualTo("{\"stream\":{\"query\":\"secret://kept\",\"token\":\"secret://kept\",\"type\":\"http\","
                        + "\"url\":\"http://h/i.raw\"},\"type\":\"raw\"}");
    }

    @Test
    void whatIsWrongIsToldWithoutSecrets() {
        refused("{'type':'http','url':'ftp://h/x'}", "'url'");
        refused("{'type':'http','url':'http://u:" + SECRET + "@h/x'}", "give them as 'user' and 'password'");
        refused("{'type':'http','url':'http://h/ " + SECRET + "'}", "'url'");
        refused("{'type':'http','url':'http://h/x','password':'" + SECRET + "'}", "'user'");
        refused("{'type':'http','url':'http://h/x','user':'u'}", "'password'");
        refused("{'type':'http','url':'http://h/x','user':'u','password':'p','token':'t'}", "both");
        refused("{'type':'http','url':'http://h/x','token':'secret://../*'}", "name of a secret");
        refused("{'type':'s3','url':'http://h/bucket'}", "bucket and a key");
        refused("{'type':'s3','url':'http://h/bucket/'}", "bucket and a key");
        refused("{'type':'s3','url':'http://h/b/k','secret_key':'" + SECRET + "'}", "'access_key'");
        refused("{'type':'nbd','uri':'http://h/x'}", "'uri'");
        refused("{'type':'nbd','uri':'nbds://h/x'}", "TLS");
        refused("{'type':'nbd','uri':'nbd+unix:///x'}", "socket=");
    }

    @Test
    void brokenJsonIsToldWithoutItsText() {
        assertThatThrownBy(() -> new SpecParser(Path.of("/")).parse("{\"secret_key\": " + SECRET + "}"))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADMSG))
                .hasMessageContaining("line 1")
                .hasNoCause()
                .message()
                .doesNotContain(SECRET);
    }

    @Test
    void anImageMayHaveItsBackingSpelledOut() {
        String json = "{'backing':{'stream':{'file_path':'/base.raw','type':'file'},'type':'raw'},"
                + "'stream':{'type':'http','url':'http://h/i.qcow2'},'type':'qcow'}";
        SourceSpec spec = new SpecParser(Path.of("/")).parse(json.replace('\'', '"'));
        assertThat(spec)
                .isInstanceOfSatisfying(
                        QcowSpec.class,
                        qcow -> assertThat(qcow.backing())
                                .contains(new RawSpec(new StreamSpec.File(Path.of("/base.raw")), List.of())));
        assertThat(spec.toJson()).isEqualTo(json.replace('\'', '"'));
    }
}
