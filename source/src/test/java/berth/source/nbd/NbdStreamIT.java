package berth.source.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Problem;
import berth.posix.Errno;
import berth.source.remote.RemoteStream;
import berth.source.remote.RemoteStreams;
import berth.source.spec.StreamSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Exports of qemu-nbd and nbdkit as streams. */
final class NbdStreamIT {
    private static final int HOLE = 1 << 20;
    private static final int DATA = 1 << 20;

    @TempDir
    Path directory;

    private final NbdExports exports = new NbdExports(RemoteStreams.IMPATIENT);

    private Path file() throws IOException {
        Path file = directory.resolve("disk.raw");
        byte[] data = new byte[DATA];
        new Random(11).nextBytes(data);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.seek(HOLE);
            out.write(data);
            out.setLength(HOLE + DATA + HOLE);
        }
        return file;
    }

    private Path socket() {
        return directory.resolve("nbd.sock");
    }

    private RemoteStream open(String export) {
        StreamSpec.Nbd spec = new StreamSpec.Nbd(new StreamSpec.Nbd.Unix(socket()), export);
        return RemoteStream.open(exports.open(spec), RemoteStreams.IMPATIENT, RemoteStream.Contact.AGAIN);
    }

    private static void assertSame(RemoteStream stream, Path file) throws IOException {
        byte[] expected = Files.readAllBytes(file);
        ByteBuffer into = ByteBuffer.allocate(expected.length);
        stream.read(0, into);
        assertThat(into.array()).isEqualTo(expected);
        ByteBuffer part = ByteBuffer.allocate(1001);
        stream.read(HOLE + 77, part);
        assertThat(part.array()).isEqualTo(Arrays.copyOfRange(expected, HOLE + 77, HOLE + 77 + 1001));
    }

    private static List<Extent> extents(RemoteStream stream) {
        List<Extent> extents = new ArrayList<>();
        stream.extents(0, stream.size(), (offset, length, kind) -> extents.add(new Extent(offset, length, kind)));
        return extents;
    }

    private static final List<Extent> HOLE_DATA_HOLE = List.of(
            new Extent(0, HOLE, Extent.Kind.UNALLOCATED),
            new Extent(HOLE, DATA, Extent.Kind.DATA),
            new Extent(HOLE + DATA, HOLE, Extent.Kind.UNALLOCATED));

    @Test
    void qemuGivesBytesAndHoles() throws IOException {
        Path file = file();
        try (NbdPeer _ = NbdPeer.qemu(socket(), "-f", "raw", "-x", "disk", file.toString());
                RemoteStream stream = open("disk")) {
            assertSame(stream, file);
            assertThat(extents(stream)).isEqualTo(HOLE_DATA_HOLE);
            assertThat(stream.validators()).containsEntry("read_only", "true");
        }
    }

    @Test
    void aServerForOneClientAtATimeIsOpenedTwice() throws IOException {
        Path file = file();
        try (NbdPeer _ = NbdPeer.qemu(socket(), "--shared=1", "-f", "raw", file.toString());
                RemoteStream stream = open("")) {
            try (RemoteStream second = open("")) {
                assertSame(second, file);
                assertSame(stream, file);
                assertThat(second.validators()).isEqualTo(stream.validators());
            }
            assertSame(stream, file);
        }
    }

    @Test
    void aFileThatGrowsBehindTheServerIsNoticed() throws IOException {
        Path file = file();
        try (NbdPeer _ = NbdPeer.nbdkit(socket(), "file", file.toString());
                RemoteStream stream = open("")) {
            try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
                out.setLength(HOLE + DATA + HOLE + 512);
            }
            assertThat(stream.validators()).containsEntry("size", Integer.toString(HOLE + DATA + HOLE + 512));
            assertThatThrownBy(() -> stream.read(0, ByteBuffer.allocate(512)))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.SOURCE_CHANGED));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--verbose", "--no-sr", "--filter=noextents", "--filter=blocksize-policy"})
    void nbdkitGivesBytes(String option) throws IOException {
        Path file = file();
        List<String> arguments = new ArrayList<>(List.of(option, "file", file.toString()));
        if (option.endsWith("policy")) {
            arguments.addAll(
                    List.of("blocksize-minimum=4096", "blocksize-maximum=65536", "blocksize-error-policy=error"));
        }
        try (NbdPeer _ = NbdPeer.nbdkit(socket(), arguments.toArray(String[]::new));
                RemoteStream stream = open("")) {
            assertSame(stream, file);
            List<Extent> all = List.of(new Extent(0, HOLE + DATA + HOLE, Extent.Kind.DATA));
            boolean tells = option.equals("--verbose") || option.endsWith("policy");
            assertThat(extents(stream)).isEqualTo(tells ? HOLE_DATA_HOLE : all);
        }
    }

    @Test
    void anErrorOfTheServerIsAFailureWithItsErrno() throws IOException {
        try (NbdPeer _ = NbdPeer.nbdkit(
                        socket(), "--filter=error", "memory", "1M", "error-pread=ENOSPC", "error-pread-rate=100%");
                RemoteStream stream = open("")) {
            assertThatThrownBy(() -> stream.read(0, ByteBuffer.allocate(512)))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC))
                    .hasMessageContaining("the NBD server reports an error");
        }
    }

    @Test
    void aServerThatStallsIsGivenUp() throws IOException {
        try (NbdPeer _ = NbdPeer.nbdkit(socket(), "--filter=delay", "memory", "1M", "delay-read=60");
                RemoteStream stream = open("")) {
            assertThatThrownBy(() -> stream.read(0, ByteBuffer.allocate(512)))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT));
        }
    }

    @Test
    void aServerThatComesBackIsReadFurther() throws IOException {
        Path file = file();
        NbdPeer first = NbdPeer.nbdkit(socket(), "file", file.toString());
        try (RemoteStream stream = open("")) {
            first.close();
            assertThatThrownBy(() -> stream.read(0, ByteBuffer.allocate(512))).isInstanceOf(BlockException.class);
            try (NbdPeer _ = NbdPeer.nbdkit(socket(), "file", file.toString())) {
                assertSame(stream, file);
            }
        } finally {
            first.close();
        }
    }

    @Test
    void aServerThatComesBackWithAnotherSizeIsRefused() throws IOException {
        NbdPeer first = NbdPeer.nbdkit(socket(), "memory", "1M");
        try (RemoteStream stream = open("")) {
            first.close();
            try (NbdPeer _ = NbdPeer.nbdkit(socket(), "memory", "2M")) {
                assertThatThrownBy(() -> stream.read(0, ByteBuffer.allocate(512)))
                        .isInstanceOfSatisfying(
                                BlockException.class,
                                e -> assertThat(e.problem()).isEqualTo(Problem.SOURCE_CHANGED));
            }
        } finally {
            first.close();
        }
    }

    @Test
    void anExportThatDoesNotExistIsTold() throws IOException {
        try (NbdPeer _ = NbdPeer.qemu(socket(), "-f", "raw", "-x", "disk", file().toString())) {
            assertThatThrownBy(() -> open("other"))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.SOURCE_NOT_FOUND))
                    .hasMessageContaining("other");
        }
    }
}
