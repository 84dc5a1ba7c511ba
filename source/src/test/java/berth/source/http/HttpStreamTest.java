package berth.source.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import berth.posix.Errno;
import berth.source.remote.RemoteStream;
import berth.source.remote.RemoteStreams;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files on a well-behaved web server. */
final class HttpStreamTest {
    private static final String NAME = "image.raw";
    private static final int SIZE = 30 * RemoteStreams.CHUNK_BYTES + 123;

    @TempDir
    Path directory;

    private final byte[] content = new byte[SIZE];
    private TestWebServer server;

    @BeforeEach
    void serve() throws IOException {
        new Random(3).nextBytes(content);
        Files.write(directory.resolve(NAME), content);
        server = new TestWebServer(directory, 0);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RemoteStream open(String url, Optional<String> authorization) {
        return RemoteStream.open(
                new HttpObject(
                        new HttpAddress(url, URI.create(url), authorization),
                        Optional.empty(),
                        RemoteStreams.IMPATIENT),
                RemoteStreams.IMPATIENT,
                RemoteStream.Contact.AGAIN);
    }

    private RemoteStream open() {
        return open(server.url(NAME), Optional.empty());
    }

    private static byte[] read(RemoteStream stream, long offset, int length) {
        ByteBuffer into = ByteBuffer.allocateDirect(length);
        stream.read(offset, into);
        byte[] bytes = new byte[length];
        into.flip().get(bytes);
        return bytes;
    }

    @Test
    void readsAnyRange() {
        long seed = Long.getLong("berth.seed", System.nanoTime());
        Random random = new Random(seed);
        try (RemoteStream stream = open()) {
            assertThat(stream.size()).isEqualTo(SIZE);
            for (int i = 0; i < 200; i++) {
                int offset = random.nextInt(SIZE);
                int length = 1 + random.nextInt(Math.min(SIZE - offset, 5 * RemoteStreams.CHUNK_BYTES));
                assertThat(read(stream, offset, length))
                        .as("%s bytes at %s, -Dberth.seed=%s", length, offset, seed)
                        .isEqualTo(Arrays.copyOfRange(content, offset, offset + length));
            }
        }
    }

    @Test
    void severalThreadsReadAtTheSameTime() {
        try (RemoteStream stream = open()) {
            CompletableFuture<?>[] readers = IntStream.range(0, 8)
                    .mapToObj(i -> CompletableFuture.runAsync(() -> assertThat(read(stream, i * 1000L, SIZE - 8000))
                            .isEqualTo(Arrays.copyOfRange(content, i * 1000, i * 1000 + SIZE - 8000))))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(readers).join();
        }
    }

    @Test
    void aSequentialReaderTakesFewRequests() {
        try (RemoteStream stream = open()) {
            for (int at = 0; at + 100 <= SIZE; at += 100) {
                read(stream, at, 100);
            }
        }
        assertThat(server.requests()).isLessThanOrEqualTo(SIZE / RemoteStreams.CHUNK_BYTES + 2);
    }

    @Test
    void anEmptyFileHasNoBytes() throws IOException {
        Files.write(directory.resolve("empty"), new byte[0]);
        try (RemoteStream stream = open(server.url("empty"), Optional.empty())) {
            assertThat(stream.size()).isZero();
            read(stream, 0, 0);
        }
    }

    @Test
    void aServerWithoutRangesIsRefusedAtOpen() {
        server.withoutRanges();
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.UNSUPPORTED))
                .hasMessageContaining("does not give out ranges")
                .hasMessageContaining("download it");
    }

    @Test
    void redirectsAreFollowedWithCredentialsForTheFirstHostOnly() throws IOException {
        try (TestWebServer first = new TestWebServer(directory, 0)) {
            first.redirect("/here", server.url(NAME));
            try (RemoteStream stream = open(first.url("here"), Optional.of("Bearer hush-hush"))) {
                assertThat(read(stream, 0, SIZE)).isEqualTo(content);
            }
            assertThat(first.authorizations()).isNotEmpty().containsOnly(Optional.of("Bearer hush-hush"));
            assertThat(server.authorizations()).isNotEmpty().containsOnly(Optional.empty());
        }
    }

    @Test
    void endlessRedirectsAreGivenUp() {
        server.redirect("/a", "/b");
        server.redirect("/b", "/a");
        assertThatThrownBy(() -> open(server.url("a"), Optional.empty()))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBADMSG))
                .hasMessageContaining("more than 5 redirects");
        assertThat(server.requests()).isEqualTo(6);
    }

    @Test
    void redirectsLeadToWebServersOnly() {
        server.redirect("/a", "file:///etc/passwd");
        assertThatThrownBy(() -> open(server.url("a"), Optional.empty()))
                .hasMessageContaining("a redirect names no address of a web server");
    }

    @Test
    void credentialsAreSentAndTheirAbsenceIsTold() {
        server.requireAuthorization("Basic dTpw");
        try (RemoteStream stream = open(server.url(NAME), Optional.of("Basic dTpw"))) {
            assertThat(stream.size()).isEqualTo(SIZE);
        }
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EACCES))
                .hasMessageContaining("status 401");
    }

    @Test
    void aFileThatChangesIsNotReadFurther() throws IOException {
        try (RemoteStream stream = open()) {
            read(stream, 0, 10);
            Files.write(directory.resolve(NAME), new byte[SIZE + 1]);
            assertThatThrownBy(() -> read(stream, SIZE - 10, 10))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.SOURCE_CHANGED));
        }
    }

    @Test
    void aServerThatComesBackIsReadFurther() throws Exception {
        int port = server.port();
        try (RemoteStream stream = open()) {
            server.close();
            assertThatThrownBy(() -> read(stream, 0, 10))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EIO))
                    .hasMessageContaining("cannot be reached")
                    .hasMessageContaining("3 attempts");
            server = new TestWebServer(directory, port);
            assertThat(read(stream, 0, SIZE)).isEqualTo(content);
        }
    }

    @Test
    void aHostThatDoesNotExistIsTold() {
        assertThatThrownBy(() -> open("http://no-such-host.invalid/x", Optional.empty()))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.SOURCE_NOT_FOUND))
                .hasMessageContaining("cannot be resolved");
    }
}
