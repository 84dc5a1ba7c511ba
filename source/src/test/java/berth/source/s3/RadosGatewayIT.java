package berth.source.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Source;
import berth.posix.Errno;
import berth.source.NativeResolver;
import berth.source.SourceFactory;
import berth.source.remote.RemoteStreams;
import berth.source.spec.SpecParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Objects of a real S3 server. */
final class RadosGatewayIT {
    private static final String BUCKET = "images";
    private static final String KEY = "dir/disk 1.raw";
    private static final int SIZE = 50 * RemoteStreams.CHUNK_BYTES + 5;

    @TempDir
    static Path directory;

    private static RadosGateway gateway;
    private static S3Client client;

    private final byte[] content = new byte[SIZE];
    private final SourceFactory sources =
            new SourceFactory(NativeResolver.NONE, RadosGatewayIT::secret, RemoteStreams.IMPATIENT);

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        gateway = RadosGateway.start(directory);
        client = gateway.client();
        client.createBucket(request -> request.bucket(BUCKET));
    }

    @AfterAll
    static void stop() {
        if (client != null) {
            client.close();
            gateway.close();
        }
    }

    private static Optional<String> secret(String name) {
        return Optional.ofNullable(
                Map.of("access", RadosGateway.ACCESS_KEY, "key", RadosGateway.SECRET_KEY, "wrong", "not-the-key")
                        .get(name));
    }

    @BeforeEach
    void put() {
        new Random(9).nextBytes(content);
        put(content);
    }

    private static void put(byte[] bytes) {
        client.putObject(request -> request.bucket(BUCKET).key(KEY), RequestBody.fromBytes(bytes));
    }

    private Source open(String key, String secret) {
        String json = "{'type':'raw','stream':{'type':'s3','url':'" + gateway.endpoint() + "/" + BUCKET + "/" + key
                + "','access_key':'config://access','secret_key':'config://" + secret + "'}}";
        return sources.open(new SpecParser(directory).parse(json.replace('\'', '"')));
    }

    private static byte[] read(Source source, int offset, int length) {
        ByteBuffer into = ByteBuffer.allocate(length);
        source.points().getLast().reader().read(offset, into);
        return into.array();
    }

    @Test
    void readsAnyRange() {
        try (Source source = open("dir/disk%201.raw", "key")) {
            assertThat(read(source, 0, SIZE)).isEqualTo(content);
            assertThat(read(source, 100_000, 777)).isEqualTo(Arrays.copyOfRange(content, 100_000, 100_777));
            assertThat(source.validators().keySet()).anyMatch(name -> name.endsWith(" etag"));
        }
    }

    @Test
    void anObjectThatIsReplacedIsNotReadFurther() {
        try (Source source = open("dir/disk%201.raw", "key")) {
            Map<String, String> before = source.validators();
            put(new byte[SIZE]);
            assertThatThrownBy(() -> read(source, 0, SIZE))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.SOURCE_CHANGED));
            assertThat(source.validators()).isNotEqualTo(before);
        }
    }

    @Test
    void wrongKeysAndMissingObjectsAreTold() {
        assertThatThrownBy(() -> open("dir/disk%201.raw", "wrong"))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EACCES))
                .message()
                .doesNotContain("not-the-key");
        assertThatThrownBy(() -> open("missing", "key"))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
    }
}
