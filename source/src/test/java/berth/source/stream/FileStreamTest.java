package berth.source.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileStreamTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path temp;

    private Path file(int bytes) throws IOException {
        return Files.write(temp.resolve("file"), new byte[bytes]);
    }

    private static Predicate<Throwable> is(Problem problem) {
        return e -> e instanceof BlockException failure && failure.problem() == problem;
    }

    @Test
    void readsWithinTheFileOnly() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "0123456789");
        try (FileStream stream = FileStream.open(file)) {
            assertThat(stream.size()).isEqualTo(10);
            ByteBuffer read = ByteBuffer.allocate(4);
            stream.read(6, read);
            assertThat(new String(read.array(), StandardCharsets.US_ASCII)).isEqualTo("6789");
            assertThat(read.hasRemaining()).isFalse();
            assertThatThrownBy(() -> stream.read(7, ByteBuffer.allocate(4))).matches(is(Problem.OUT_OF_RANGE));
            assertThatThrownBy(() -> stream.read(-1, ByteBuffer.allocate(1))).matches(is(Problem.OUT_OF_RANGE));
        }
    }

    @Test
    void whatIsNotThereOrNoFileIsRefused() {
        Path missing = temp.resolve("missing");
        assertThatThrownBy(() -> FileStream.open(missing))
                .matches(is(Problem.SOURCE_NOT_FOUND))
                .hasMessageContainingAll(missing.toString(), "(2) No such file or directory");
        assertThatThrownBy(() -> FileStream.open(temp)).matches(is(Problem.INVALID_ARGUMENT));
        // Opening a device like this one, or a FIFO, could block or never end.
        assertThatThrownBy(() -> FileStream.open(Path.of("/dev/zero"))).matches(is(Problem.INVALID_ARGUMENT));
    }

    @Test
    void holesAreFound() throws IOException {
        Path file = temp.resolve("sparse");
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(ByteBuffer.wrap(new byte[MIB]), MIB);
            channel.write(ByteBuffer.wrap(new byte[1]), 4L * MIB - 1);
        }
        try (FileStream stream = FileStream.open(file)) {
            for (int round = 0; round < 2; round++) {
                List<Extent> extents = extents(stream, 0, stream.size());
                assertThat(extents)
                        .startsWith(
                                new Extent(0, MIB, Extent.Kind.UNALLOCATED), new Extent(MIB, MIB, Extent.Kind.DATA));
                assertThat(extents).hasSize(4);
                assertThat(extents.getLast().end()).isEqualTo(4L * MIB);
            }
            assertThat(extents(stream, MIB + 5, 10)).containsExactly(new Extent(MIB + 5, 10, Extent.Kind.DATA));
            assertThat(extents(stream, MIB - 5, 10))
                    .containsExactly(
                            new Extent(MIB - 5, 5, Extent.Kind.UNALLOCATED), new Extent(MIB, 5, Extent.Kind.DATA));
            assertThat(extents(stream, 7, 0)).isEmpty();
        }
    }

    private static List<Extent> extents(Stream stream, long offset, long length) {
        List<Extent> extents = new ArrayList<>();
        stream.extents(offset, length, (at, n, kind) -> extents.add(new Extent(at, n, kind)));
        return extents;
    }

    @Test
    void aFileThatIsCutMeanwhileIsAnError() throws IOException {
        Path file = file(MIB);
        try (FileStream stream = FileStream.open(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(1000);
            }
            assertThatThrownBy(() -> stream.read(0, ByteBuffer.allocateDirect(MIB)))
                    .matches(is(Problem.IO))
                    .hasMessageContaining("it was cut meanwhile");
        }
    }

    @Test
    void validatorsChangeWithTheBytesOnly() throws IOException {
        Path file = file(10);
        try (FileStream stream = FileStream.open(file)) {
            Map<String, String> before = stream.validators();
            assertThat(before)
                    .containsOnlyKeys("device", "inode", "mtime_ns", "size")
                    .containsEntry("size", "10");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            assertThat(stream.validators()).isEqualTo(before);
            Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(1));
            assertThat(stream.validators()).isNotEqualTo(before);
        }
    }

    @Test
    void anotherFileInItsPlaceIsNotTheSame() throws IOException {
        Path file = file(10);
        Path other = Files.write(temp.resolve("other"), new byte[10]);
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
        try (FileStream stream = FileStream.open(file)) {
            Map<String, String> before = stream.validators();
            String identity = stream.identity();
            Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);
            assertThat(stream.validators()).isNotEqualTo(before);
            try (FileStream again = FileStream.open(file)) {
                assertThat(again.identity()).isNotEqualTo(identity);
            }
            Files.delete(file);
            assertThatThrownBy(stream::validators).matches(is(Problem.SOURCE_NOT_FOUND));
        }
    }
}
