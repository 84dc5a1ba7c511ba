package berth.source;

import static berth.source.qcow.HandmadeImage.COMPRESSION_TYPE_AT;
import static berth.source.qcow.HandmadeImage.DATA_FILE_TYPE;
import static berth.source.qcow.HandmadeImage.INCOMPATIBLE_AT;
import static berth.source.qcow.HandmadeImage.SNAPSHOTS_AT;
import static berth.source.qcow.HandmadeImage.SNAPSHOTS_OFFSET_AT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.BlockReader;
import berth.block.Extent;
import berth.block.Limits;
import berth.block.Problem;
import berth.block.Source;
import berth.source.qcow.Finding;
import berth.source.qcow.HandmadeImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables that say something impossible: the check lists it, reading there fails, and reading elsewhere works. */
final class HostileTablesTest {
    private static final int CLUSTER = 1 << 16;
    private static final long COMPRESSED = 1L << 62;
    /** Where the field for the number of sectors starts in an entry of a compressed cluster of 64 KiB. */
    private static final int SECTORS_SHIFT = 54;

    record Wrong(String name, UnaryOperator<HandmadeImage> change, String what) {
        @Override
        public String toString() {
            return name;
        }
    }

    @TempDir
    Path temp;

    static List<Wrong> wrongEntries() {
        return List.of(
                new Wrong("cluster past the file", i -> i.l2(2, 3, 6 * CLUSTER), "cluster offset 393216 is not"),
                new Wrong("cluster far past the file", i -> i.l2(2, 3, 1L << 55), "cluster offset"),
                new Wrong("cluster not aligned", i -> i.l2(2, 3, 3 * CLUSTER + 512), "is not aligned"),
                new Wrong(
                        "zero cluster in version 2",
                        i -> i.version2().l2(2, 3, 1),
                        "zero cluster in an image of version 2"),
                new Wrong("compressed past the file", i -> i.l2(2, 3, COMPRESSED | 6 * CLUSTER), "compressed cluster"),
                new Wrong(
                        "compressed over the end",
                        i -> i.l2(2, 3, COMPRESSED | 255L << SECTORS_SHIFT | (5 * CLUSTER + 1024)),
                        "compressed cluster of up to 131072 bytes"),
                new Wrong(
                        "compressed with a data file",
                        i -> dataFile(i).l2(2, 3, COMPRESSED | 3 * CLUSTER),
                        "external data file"),
                new Wrong("wrong place in the data file", i -> dataFile(i).l2(2, 3, 2 * CLUSTER), "does not match"),
                new Wrong("data file too short", i -> dataFile(i).l2(2, 3, 3 * CLUSTER), "not within"),
                new Wrong("subcluster data without a cluster", i -> subclusters(i, 0, 1), "bitmap 0x1 contradicts"),
                new Wrong(
                        "subcluster both data and zero",
                        i -> subclusters(i, 3 * CLUSTER, 1L << 32 | 1),
                        "bitmap 0x100000001 contradicts"));
    }

    private static HandmadeImage dataFile(HandmadeImage image) {
        return image.put64(INCOMPATIBLE_AT, 1 << 2).extension(DATA_FILE_TYPE, "data".getBytes(StandardCharsets.UTF_8));
    }

    private static HandmadeImage subclusters(HandmadeImage image, long entry, long bitmap) {
        return image.put64(INCOMPATIBLE_AT, 1 << 4).l2(2, 6, entry).l2(2, 7, bitmap);
    }

    private Source open(HandmadeImage image) {
        TestFiles.write(temp.resolve("data"), new byte[CLUSTER]);
        return Opening.of(image.write(temp.resolve("image.qcow2"))).open();
    }

    private static List<Finding> problems(Source source) {
        return Inspection.of(source).problems();
    }

    private static void read(Source source, long offset, int length) {
        source.points().getLast().reader().read(offset, ByteBuffer.allocateDirect(length));
    }

    @ParameterizedTest
    @MethodSource("wrongEntries")
    void wrongEntriesAreListedAndNotRead(Wrong wrong) {
        try (Source source = open(wrong.change.apply(HandmadeImage.small().l1(0, 2 * CLUSTER)))) {
            assertThat(problems(source)).hasSize(1).first().satisfies(finding -> {
                assertThat(finding.file()).endsWith("image.qcow2");
                assertThat(finding.where()).isEqualTo("disk offset " + 3 * CLUSTER);
                assertThat(finding.what()).contains(wrong.what);
            });
            BlockReader reader = source.points().getLast().reader();
            assertThatThrownBy(() -> read(source, 3 * CLUSTER, 1))
                    .hasMessageContainingAll("image.qcow2", "disk offset " + 3 * CLUSTER, wrong.what)
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.CORRUPT));
            assertThatThrownBy(() -> reader.extents(0, reader.size(), (offset, length, kind) -> {}))
                    .hasMessageContaining(wrong.what);
            read(source, 0, 3 * CLUSTER);
            read(source, 4 * CLUSTER, 12 * CLUSTER);
        }
    }

    @Test
    void aSnapshotOf16TiBWithOneL1EntryIsSoundAndQuickToWalk() {
        int cluster = 512;
        HandmadeImage image = new HandmadeImage(9, 4096, 5)
                .put32(SNAPSHOTS_AT, 2)
                .put64(SNAPSHOTS_OFFSET_AT, 2L * cluster)
                .l1(0, 3L * cluster)
                .l2(3, 0, 4L * cluster);
        for (int at : new int[] {2 * cluster, 2 * cluster + 64}) {
            image.put64(at, cluster)
                    .put32(at + 8, 1)
                    .put32(at + 12, 2)
                    .put32(at + 36, 16)
                    .put64(at + 48, Limits.MAX_IMAGE_BYTES)
                    .put(at + 56, new byte[] {'i', (byte) ('0' + at / 64 % 10)});
        }
        try (Source source = open(image)) {
            assertThat(problems(source)).isEmpty();
            BlockReader first = source.points().getFirst().reader();
            List<Extent> extents = new ArrayList<>();
            first.extents(0, first.size(), (at, length, kind) -> extents.add(new Extent(at, length, kind)));
            assertThat(extents)
                    .containsExactly(
                            new Extent(0, cluster, Extent.Kind.DATA),
                            new Extent(cluster, Limits.MAX_IMAGE_BYTES - cluster, Extent.Kind.UNALLOCATED));
            List<Extent> changes = new ArrayList<>();
            source.changes(1, 0, first.size(), (at, length, kind) -> changes.add(new Extent(at, length, kind)));
            assertThat(changes).containsExactly(new Extent(0, Limits.MAX_IMAGE_BYTES, Extent.Kind.UNALLOCATED));
        }
    }

    @Test
    void wrongL1EntriesAreListedOnce() {
        for (long table : new long[] {6 * CLUSTER, 2 * CLUSTER + 512, 1L << 55}) {
            try (Source source = open(HandmadeImage.small().l1(0, table))) {
                assertThat(problems(source)).hasSize(1);
                assertThat(problems(source).getFirst().what()).contains("L2 table offset " + table);
                assertThatThrownBy(() -> read(source, 0, 1)).hasMessageContaining("L2 table offset");
            }
        }
    }

    @Test
    void anL2TableMustBeWholeButTheLastClusterNeedNotBe() {
        HandmadeImage image = HandmadeImage.small().l1(0, 2 * CLUSTER).l2(2, 0, 3 * CLUSTER);
        image.write(temp.resolve("image.qcow2"), 3 * CLUSTER + 1);
        try (Source source = Opening.of(temp.resolve("image.qcow2")).open()) {
            assertThat(problems(source)).isEmpty();
            read(source, 0, 1 << 20);
            // Reads that start past the file's end, in its last cluster, too.
            read(source, 4096, 4096);
            source.points()
                    .getLast()
                    .reader()
                    .extents(
                            4096,
                            4096,
                            (offset, length, kind) -> assertThat(kind).isEqualTo(Extent.Kind.ZERO));
        }
        image.write(temp.resolve("image.qcow2"), 3 * CLUSTER - 1);
        try (Source source = Opening.of(temp.resolve("image.qcow2")).open()) {
            assertThat(problems(source)).hasSize(1);
        }
    }

    @Test
    void theListOfProblemsIsBounded() {
        HandmadeImage image =
                new HandmadeImage(16, 1L << 30, 6).l1(0, 2 * CLUSTER).l1(1, 2 * CLUSTER);
        for (int i = 0; i < CLUSTER / Long.BYTES; i++) {
            image.l2(2, i, 512);
        }
        try (Source source = open(image)) {
            assertThat(problems(source)).hasSize(1001);
            assertThat(problems(source).getLast().what()).contains("only the first 1000");
        }
    }

    @Test
    void tablesThatOverlapAreWalkedOnce() {
        int entries = 8192;
        HandmadeImage image = new HandmadeImage(16, (16L << 40) / 4, 6);
        for (int i = 0; i < entries; i++) {
            image.l1(i, 2 * CLUSTER);
        }
        image.l2(2, 0, 512);
        try (Source source = open(image)) {
            assertThat(problems(source)).hasSize(1);
            read(source, 1L << 41, 0);
        }
    }

    @Test
    void damagedCompressedClustersAreReportedWhenRead() {
        for (int type : new int[] {0, 1}) {
            HandmadeImage image = HandmadeImage.small()
                    .put64(INCOMPATIBLE_AT, (long) type << 3)
                    .put32(COMPRESSION_TYPE_AT, type << 24)
                    .l1(0, 2 * CLUSTER)
                    .l2(2, 3, COMPRESSED | 3 * CLUSTER)
                    .put(3 * CLUSTER, "this is not a compressed cluster".getBytes(StandardCharsets.UTF_8));
            try (Source source = open(image)) {
                assertThat(problems(source)).isEmpty();
                for (int length : new int[] {1, CLUSTER}) {
                    assertThatThrownBy(() -> read(source, 3 * CLUSTER, length))
                            .hasMessageContaining("compressed cluster at offset 196608 is damaged");
                }
            }
        }
    }

    @Test
    void zstdWindowsAreBounded() {
        byte[] windowOf2Gib = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0x00, (byte) (21 << 3), 0x03, 0x00, 0x08, 'x'};
        HandmadeImage image = HandmadeImage.small()
                .put64(INCOMPATIBLE_AT, 1 << 3)
                .put32(COMPRESSION_TYPE_AT, 1 << 24)
                .l1(0, 2 * CLUSTER)
                .l2(2, 0, COMPRESSED | 3 * CLUSTER)
                .put(3 * CLUSTER, windowOf2Gib);
        try (Source source = open(image)) {
            assertThatThrownBy(() -> read(source, 0, 1)).hasMessageContaining("is damaged");
        }
    }

    @Test
    void version1TablesAreChecked() {
        ByteBuffer image = ByteBuffer.allocate(16384)
                .putInt(0, 0x514649fb)
                .putInt(4, 1)
                .putLong(24, 4 << 20)
                .put(32, (byte) 12)
                .put(33, (byte) 9)
                .putLong(40, 1024)
                .putLong(1024, 4096)
                .putLong(1032, Long.MIN_VALUE)
                .putLong(4096, 16384)
                .putLong(4104, 8192 + 100)
                .putLong(4112, Long.MIN_VALUE | 16000 | 1000L << 51)
                .putLong(4120, 16384 - 512);
        Path file = TestFiles.write(temp.resolve("image.qcow"), image.array());
        try (Source source = Opening.of(file).open()) {
            assertThat(problems(source))
                    .extracting(Finding::where)
                    .containsExactly(
                            "disk offset 0", "disk offset 4096", "disk offset 8192", "disk offset " + (2 << 20));
            read(source, 12288, 4096);
        }
    }
}
