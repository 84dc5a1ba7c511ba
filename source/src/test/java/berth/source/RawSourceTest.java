package berth.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Extent;
import berth.block.Extent.Kind;
import berth.block.Problem;
import berth.block.Source;
import berth.source.spec.NativeSpec;
import berth.source.spec.RawSpec;
import berth.source.spec.SourceSpec;
import berth.source.spec.SpecParser;
import berth.source.spec.StreamSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RawSourceTest {
    private static final int MIB = 1 << 20;

    private final SourceFactory factory = new SourceFactory(NativeResolver.NONE);

    @TempDir
    Path temp;

    /** A sparse file with a MiB of data at each of the offsets. */
    private void sparse(String name, long size, long... dataOffsets) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(temp.resolve(name).toFile(), "rw")) {
            file.setLength(size);
            for (long offset : dataOffsets) {
                file.seek(offset);
                byte[] data = new byte[MIB];
                java.util.Arrays.fill(data, (byte) 7);
                file.write(data);
            }
        }
    }

    private SourceSpec twoPoints() {
        return new SpecParser(temp).parse("""
                {"type":"raw","stream":{"type":"file","file_path":"head.raw"},
                 "snapshots":[{"type":"raw","name":"s1","stream":{"type":"file","file_path":"s1.raw"}}]}""");
    }

    private static List<Extent> changes(Source source, int point) {
        List<Extent> changes = new ArrayList<>();
        long size = source.points().get(point).reader().size();
        source.changes(point, 0, size, (offset, length, kind) -> changes.add(new Extent(offset, length, kind)));
        return changes;
    }

    @Test
    void snapshotsArePointsAndHolesDidNotChange() throws IOException {
        sparse("s1.raw", 4 * MIB, 0, 2 * MIB);
        sparse("head.raw", 6 * MIB, 0, 5 * MIB);
        try (Source source = factory.open(twoPoints())) {
            assertThat(source.points()).extracting(Source.Point::name).containsExactly("s1", "");
            assertThat(source.points()).extracting(p -> p.reader().size()).containsExactly(4L * MIB, 6L * MIB);
            assertThat(changes(source, 0))
                    .containsExactly(
                            new Extent(0, MIB, Kind.DATA),
                            new Extent(MIB, MIB, Kind.UNALLOCATED),
                            new Extent(2 * MIB, MIB, Kind.DATA),
                            new Extent(3 * MIB, MIB, Kind.UNALLOCATED));
            assertThat(changes(source, 1))
                    .containsExactly(
                            new Extent(0, MIB, Kind.DATA),
                            new Extent(MIB, MIB, Kind.UNALLOCATED),
                            new Extent(2 * MIB, MIB, Kind.DATA),
                            new Extent(3 * MIB, 2 * MIB, Kind.UNALLOCATED),
                            new Extent(5 * MIB, MIB, Kind.DATA));
        }
    }

    @Test
    void aSourceCanBeOpenedAgainFromItsDescription() throws IOException {
        sparse("s1.raw", 4 * MIB, 0);
        sparse("head.raw", 4 * MIB, 0);
        try (Source source = factory.open(twoPoints());
                Source again = factory.open(source.description())) {
            assertThat(again.description()).isEqualTo(source.description());
            assertThat(again.validators()).isEqualTo(source.validators());
            assertThat(again.points()).extracting(Source.Point::name).containsExactly("s1", "");
        }
    }

    @Test
    void validatorsCoverAllFiles() throws IOException {
        sparse("s1.raw", 4 * MIB, 0);
        sparse("head.raw", 4 * MIB, 0);
        try (Source source = factory.open(twoPoints())) {
            Map<String, String> before = source.validators();
            assertThat(before)
                    .containsEntry(temp.resolve("head.raw") + " size", "4194304")
                    .containsEntry(temp.resolve("s1.raw") + " size", "4194304");
            sparse("s1.raw", 5 * MIB);
            assertThat(source.validators()).isNotEqualTo(before);
        }
    }

    @Test
    void anInspectionSumsUpWhatIsStored() throws IOException {
        sparse("s1.raw", 4 * MIB, 0);
        sparse("head.raw", 6 * MIB, 0, 5 * MIB);
        try (Source source = factory.open(twoPoints())) {
            Inspection inspection = Inspection.of(source);
            assertThat(inspection.problems()).isEmpty();
            assertThat(inspection.points())
                    .containsExactly(
                            new Inspection.PointTotal("s1", 4 * MIB, MIB),
                            new Inspection.PointTotal("", 6 * MIB, 2 * MIB));
            assertThat(inspection.files()).extracting(ChainFile::format).containsExactly("raw", "raw");
        }
    }

    @Test
    void anEmptyFileIsAnEmptyDisk() throws IOException {
        sparse("head.raw", 0);
        sparse("s1.raw", 5);
        try (Source source = factory.open(twoPoints())) {
            assertThat(source.points().getLast().reader().size()).isZero();
            source.points().getLast().reader().read(0, ByteBuffer.allocate(0));
            assertThat(changes(source, 1)).isEmpty();
        }
    }

    @Test
    void disksOver16TibAreRefused() throws IOException {
        // File systems on disks often cannot hold such a file; memory can.
        Path memory = Path.of("/dev/shm");
        Assumptions.assumeTrue(Files.isWritable(memory), "there is no writable /dev/shm");
        Path large = Files.createTempFile(memory, "large", ".raw");
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength((16L << 40) + 512);
            RawSpec spec = new RawSpec(new StreamSpec.File(large), List.of());
            assertThatThrownBy(() -> factory.open(spec)).hasMessageContaining("at most 16 TiB");
            file.setLength(16L << 40);
            factory.open(spec).close();
        } finally {
            Files.delete(large);
        }
    }

    @Test
    void missingSnapshotFilesAreNotFound() throws IOException {
        sparse("head.raw", 5);
        assertThatThrownBy(() -> factory.open(twoPoints()))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.SOURCE_NOT_FOUND))
                .hasMessageContaining("s1.raw");
    }

    @Test
    void nativeSourcesAreResolvedByTheStore() {
        List<NativeSpec> asked = new ArrayList<>();
        SourceFactory withStore = new SourceFactory(spec -> {
            asked.add(spec);
            throw new BlockException(Problem.SNAPSHOT_NOT_FOUND, "failed to locate snapshot snap1");
        });
        String spec = "{\"type\":\"native\",\"pool_name\":\"rbd\",\"image_name\":\"image1\",\"snap_name\":\"snap1\"}";
        assertThatThrownBy(() -> withStore.open(spec)).hasMessageContaining("failed to locate snapshot");
        assertThat(asked).extracting(NativeSpec::imageName).containsExactly("image1");
        assertThatThrownBy(() -> factory.open(spec)).hasMessageContaining("no store");
    }
}
