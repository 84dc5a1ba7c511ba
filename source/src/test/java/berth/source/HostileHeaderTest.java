package berth.source;

import static berth.source.qcow.HandmadeImage.CLUSTER_BITS_AT;
import static berth.source.qcow.HandmadeImage.COMPRESSION_TYPE_AT;
import static berth.source.qcow.HandmadeImage.CRYPT_METHOD_AT;
import static berth.source.qcow.HandmadeImage.FEATURE_NAMES_TYPE;
import static berth.source.qcow.HandmadeImage.HEADER_LENGTH_AT;
import static berth.source.qcow.HandmadeImage.INCOMPATIBLE_AT;
import static berth.source.qcow.HandmadeImage.L1_ENTRIES_AT;
import static berth.source.qcow.HandmadeImage.L1_OFFSET_AT;
import static berth.source.qcow.HandmadeImage.REFCOUNT_ORDER_AT;
import static berth.source.qcow.HandmadeImage.SIZE_AT;
import static berth.source.qcow.HandmadeImage.SNAPSHOTS_AT;
import static berth.source.qcow.HandmadeImage.SNAPSHOTS_OFFSET_AT;

import berth.block.Problem;
import berth.source.qcow.HandmadeImage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Headers that are refused when an image is opened. */
final class HostileHeaderTest {
    /** One wrong field and what it leads to. */
    record Wrong(String name, UnaryOperator<HandmadeImage> change, Problem problem, String message) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final int SNAPSHOTS_OFFSET = 2 << 16;

    @TempDir
    Path temp;

    static List<Wrong> malformed() {
        return List.of(
                malformed("magic", i -> i.put32(0, 0x514649fc), "not in qcow or qcow2 format"),
                malformed("clusters of 256 bytes", i -> i.put32(CLUSTER_BITS_AT, 8), "cluster_bits 8"),
                malformed("clusters of 4 MiB", i -> i.put32(CLUSTER_BITS_AT, 22), "cluster_bits 22"),
                malformed("cluster_bits over 2^31", i -> i.put32(CLUSTER_BITS_AT, -1), "cluster_bits 4294967295"),
                malformed("short header_length", i -> i.put32(HEADER_LENGTH_AT, 96), "header_length 96"),
                malformed("long header_length", i -> i.put32(HEADER_LENGTH_AT, 65544), "header_length 65544"),
                malformed("refcount_order", i -> i.put32(REFCOUNT_ORDER_AT, 7), "refcount_order 7"),
                malformed("L1 over 32 MiB", i -> i.put32(L1_ENTRIES_AT, (4 << 20) + 1), "L1 table size 4194305"),
                malformed("L1 over 2^31", i -> i.put32(L1_ENTRIES_AT, -1), "L1 table size 4294967295"),
                malformed("L1 longer than the file", i -> i.put32(L1_ENTRIES_AT, 4 << 20), "L1 table"),
                malformed("L1 past the file", i -> i.put64(L1_OFFSET_AT, 1L << 40), "L1 table"),
                malformed("L1 past 2^63", i -> i.put64(L1_OFFSET_AT, -65536), "L1 table"),
                malformed("L1 not aligned", i -> i.put64(L1_OFFSET_AT, 65536 + 512), "L1 table"),
                malformed("L1 too short", i -> i.put32(L1_ENTRIES_AT, 0), "0 entries, but 1 are needed"),
                malformed("extension length", i -> i.extension(1, new byte[4]).put32(116, -1), "header extension 0x1"),
                malformed(
                        "extension past header",
                        i -> i.extension(1, new byte[4]).put32(116, 65536),
                        "header extension"),
                malformed("backing name too long", i -> i.put64(8, 200).put32(16, 1024), "backing file name length"),
                malformed("backing name elsewhere", i -> i.put64(8, 1L << 33).put32(16, 4), "backing file name"),
                malformed("compression bit alone", i -> i.put64(INCOMPATIBLE_AT, 1 << 3), "contradict"),
                malformed("compression type alone", i -> i.put32(COMPRESSION_TYPE_AT, 1 << 24), "contradict"),
                malformed("small subclusters", i -> small(i).put64(INCOMPATIBLE_AT, 1 << 4), "at least 16 KiB"),
                malformed("65537 snapshots", i -> i.put32(SNAPSHOTS_AT, 65537), "number of snapshots 65537"),
                malformed("snapshots past the file", i -> snapshot(i).put64(SNAPSHOTS_OFFSET_AT, 1L << 40), "snapshot"),
                malformed("snapshots not aligned", i -> snapshot(i).put64(SNAPSHOTS_OFFSET_AT, 8), "snapshot table"),
                malformed(
                        "more snapshots than file",
                        i -> snapshot(i).put32(SNAPSHOTS_AT, 65536),
                        "snapshot table entry"),
                malformed(
                        "snapshot L1 past file",
                        i -> snapshot(i).put64(SNAPSHOTS_OFFSET, 1L << 40),
                        "entry 1 has an L1"),
                malformed("snapshot L1 huge", i -> snapshot(i).put32(SNAPSHOTS_OFFSET + 8, -1), "entry 1 has an L1"),
                malformed("snapshot extra data", i -> snapshot(i).put32(SNAPSHOTS_OFFSET + 36, -1), "extra data"),
                malformed("snapshot size", i -> snapshot(i).put64(SNAPSHOTS_OFFSET + 48, Long.MIN_VALUE), "16 TiB"),
                malformed("data file and snapshots", i -> snapshot(i).put64(INCOMPATIBLE_AT, 1 << 2), "external data"));
    }

    static List<Wrong> unsupported() {
        byte[] names = ByteBuffer.allocate(48)
                .put((byte) 0)
                .put((byte) 7)
                .put("time travel".getBytes(StandardCharsets.UTF_8))
                .array();
        return List.of(
                unsupported("version 4", i -> i.put32(4, 4), "version 4"),
                unsupported("version 0", i -> i.put32(4, 0), "version 0"),
                unsupported("AES", i -> i.put32(CRYPT_METHOD_AT, 1), "AES-encrypted"),
                unsupported("LUKS", i -> i.put32(CRYPT_METHOD_AT, 2), "LUKS-encrypted"),
                unsupported("unknown encryption", i -> i.put32(CRYPT_METHOD_AT, 77), "unknown method 77"),
                unsupported("unknown bit", i -> i.put64(INCOMPATIBLE_AT, 1L << 63), "bit 63"),
                unsupported(
                        "unknown bit with a name",
                        i -> i.extension(FEATURE_NAMES_TYPE, names).put64(INCOMPATIBLE_AT, 1 << 7),
                        "bit 7 (time travel)"),
                unsupported(
                        "compression type",
                        i -> i.put64(INCOMPATIBLE_AT, 1 << 3).put32(COMPRESSION_TYPE_AT, 2 << 24),
                        "compression type 2"),
                unsupported("size of 16 TiB and 512", i -> i.put64(SIZE_AT, (16L << 40) + 512), "16 TiB"),
                unsupported("size of 2^63", i -> i.put64(SIZE_AT, Long.MIN_VALUE), "9223372036854775808 bytes"));
    }

    private static Wrong malformed(String name, UnaryOperator<HandmadeImage> change, String message) {
        return new Wrong(name, change, Problem.MALFORMED, message);
    }

    private static Wrong unsupported(String name, UnaryOperator<HandmadeImage> change, String message) {
        return new Wrong(name, change, Problem.UNSUPPORTED, message);
    }

    private static HandmadeImage small(HandmadeImage image) {
        return image.put32(CLUSTER_BITS_AT, 13);
    }

    private static HandmadeImage snapshot(HandmadeImage image) {
        return image.put32(SNAPSHOTS_AT, 1)
                .put64(SNAPSHOTS_OFFSET_AT, SNAPSHOTS_OFFSET)
                .put64(SNAPSHOTS_OFFSET, 1 << 16)
                .put32(SNAPSHOTS_OFFSET + 8, 1)
                .put32(SNAPSHOTS_OFFSET + 36, 16)
                .put64(SNAPSHOTS_OFFSET + 48, 1 << 20);
    }

    @ParameterizedTest
    @MethodSource({"malformed", "unsupported"})
    void wrongFieldsAreRefused(Wrong wrong) {
        Path file = wrong.change.apply(HandmadeImage.small()).write(temp.resolve("image"));
        Opening.of(file).isRefused(wrong.problem, wrong.message, file.toString());
    }

    @Test
    void theImageThatTheOthersAreMadeFromIsAccepted() {
        Opening.of(snapshot(HandmadeImage.small()).write(temp.resolve("image"))).isAccepted();
    }

    @Test
    void corruptBitIsRefused() {
        Path file = HandmadeImage.small().put64(INCOMPATIBLE_AT, 2).write(temp.resolve("image"));
        Opening.of(file).isRefused(Problem.CORRUPT, "marked as corrupt", "qemu-img check");
    }

    @Test
    void dirtyBitAndUnknownCompatibleBitsAreAccepted() {
        HandmadeImage image =
                HandmadeImage.small().put64(INCOMPATIBLE_AT, 1).put64(80, -1).put64(88, 1L << 40);
        Opening.of(image.write(temp.resolve("image"))).isAccepted();
    }

    @Test
    void filesThatEndInTheHeaderAreRefused() {
        for (int length : new int[] {0, 3, 7, 8, 71, 103}) {
            Path file = HandmadeImage.small().write(temp.resolve("image"), length);
            Opening.of(file).isRefused(Problem.MALFORMED, "header", "not within the file");
        }
        Path file = HandmadeImage.small().version2().write(temp.resolve("image"), 71);
        Opening.of(file).isRefused(Problem.MALFORMED, "header");
    }

    @Test
    void wrongFieldsOfVersion1AreRefused() {
        version1(b -> b.put(32, (byte) 8), Problem.MALFORMED, "cluster_bits 8");
        version1(b -> b.put(32, (byte) 17), Problem.MALFORMED, "cluster_bits 17");
        version1(b -> b.put(33, (byte) 5), Problem.MALFORMED, "l2_bits 5");
        version1(b -> b.put(33, (byte) 255), Problem.MALFORMED, "l2_bits 255");
        version1(b -> b.putLong(24, 17L << 40), Problem.UNSUPPORTED, "16 TiB");
        version1(b -> b.putLong(24, 16L << 40), Problem.MALFORMED, "L1 table");
        version1(b -> b.putLong(24, 16L << 40).put(32, (byte) 9).put(33, (byte) 6), Problem.UNSUPPORTED, "L1 table");
        version1(b -> b.putInt(36, 1), Problem.UNSUPPORTED, "AES-encrypted");
        version1(b -> b.putLong(40, -8), Problem.MALFORMED, "L1 table");
        version1(b -> b.putLong(8, 48).putInt(16, 2000), Problem.MALFORMED, "backing file name length 2000");
        version1(b -> b.putLong(8, 4000).putInt(16, 200), Problem.MALFORMED, "backing file name");
        version1(b -> b.putLong(8, -1).putInt(16, 2), Problem.MALFORMED, "backing file name");
    }

    private void version1(UnaryOperator<ByteBuffer> change, Problem problem, String message) {
        ByteBuffer header = ByteBuffer.allocate(4096)
                .putInt(0, 0x514649fb)
                .putInt(4, 1)
                .putLong(24, 1 << 20)
                .put(32, (byte) 12)
                .put(33, (byte) 9)
                .putLong(40, 1024);
        Path file = TestFiles.write(temp.resolve("image.qcow"), header.array());
        Opening.of(file).isAccepted();
        TestFiles.write(file, change.apply(header).array());
        Opening.of(file).isRefused(problem, message);
    }
}
