package berth.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Source;
import berth.source.http.TestWebServer;
import berth.source.remote.RemoteStreams;
import berth.source.secret.SecretStore;
import berth.source.spec.SpecParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A chain whose images are on different streams is what qemu-img sees where all of them are files. */
final class MixedChainIT {
    @TempDir
    Path directory;

    private final SourceFactory sources =
            new SourceFactory(NativeResolver.NONE, SecretStore.NONE, RemoteStreams.IMPATIENT);
    private @Nullable TestWebServer server;

    @BeforeEach
    void makeChain() throws IOException {
        Qemu.assumeInstalled();
        byte[] base = new byte[3 << 20];
        new Random(5).nextBytes(base);
        Files.write(directory.resolve("base.raw"), base);
        Qemu.img(directory, "create", "-q", "-f", "qcow2", "-F", "raw", "-b", "base.raw", "middle.qcow2");
        Qemu.io(directory, "qcow2", "middle.qcow2", List.of("write -P 0x11 64k 200k", "write -z 1M 64k"));
        Qemu.img(directory, "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", "middle.qcow2", "top.qcow2");
        Qemu.io(directory, "qcow2", "top.qcow2", List.of("write -P 0x22 128k 64k", "write -P 0x33 2M 512"));
        Qemu.img(directory, "convert", "-O", "raw", "top.qcow2", "whole.raw");
        server = new TestWebServer(directory, 0);
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private Source open(String json) {
        return sources.open(new SpecParser(directory).parse(json.replace('\'', '"')));
    }

    private String web(String name) {
        return "'stream':{'type':'http','url':'" + server.url(name) + "'}";
    }

    @Test
    void membersOnDifferentStreamsMakeOneDisk() throws IOException {
        String spec = "{'type':'qcow'," + web("top.qcow2")
                + ",'backing':{'type':'qcow','stream':{'type':'file','file_path':'middle.qcow2'},"
                + "'backing':{'type':'raw'," + web("base.raw") + "}}}";
        try (Source source = open(spec)) {
            assertSame(source);
            assertThat(source.validators())
                    .containsKey(server.url("top.qcow2") + " etag")
                    .containsKey(path("middle.qcow2") + " inode")
                    .containsKey(server.url("base.raw") + " etag");
            try (Source again = sources.open(source.description())) {
                assertSame(again);
            }
        }
    }

    @Test
    void aFileUnderAnImageOnAServerNamesItsOwnBackingFile() throws IOException {
        try (Source source = open("{'type':'qcow'," + web("top.qcow2")
                + ",'backing':{'type':'qcow','stream':{'type':'file','file_path':'middle.qcow2'}}}")) {
            assertSame(source);
        }
    }

    @Test
    void anImageOnAServerNamesNoFilesHere() throws IOException {
        assertThatThrownBy(() -> open("{'type':'qcow'," + web("top.qcow2") + "}"))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.FORBIDDEN))
                .hasMessageContaining("'middle.qcow2' is relative to an image that is not in a directory");
        Qemu.img(directory, "rebase", "-u", "-F", "raw", "-b", "/etc/shadow", "top.qcow2");
        assertThatThrownBy(() -> open("{'type':'qcow'," + web("top.qcow2") + "}"))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.FORBIDDEN));
    }

    @Test
    void theSameImageTwiceIsALoop() {
        assertThatThrownBy(() -> open(
                        "{'type':'qcow'," + web("top.qcow2") + ",'backing':{'type':'qcow'," + web("top.qcow2") + "}}"))
                .hasMessageContaining("is a loop");
    }

    private void assertSame(Source source) throws IOException {
        byte[] expected = Files.readAllBytes(directory.resolve("whole.raw"));
        ByteBuffer into = ByteBuffer.allocate(expected.length);
        assertThat(source.points().getLast().reader().size()).isEqualTo(expected.length);
        source.points().getLast().reader().read(0, into);
        assertThat(into.array()).isEqualTo(expected);
    }
}
