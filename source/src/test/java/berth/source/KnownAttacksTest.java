package berth.source;

import static berth.source.qcow.HandmadeImage.DATA_FILE_TYPE;
import static berth.source.qcow.HandmadeImage.INCOMPATIBLE_AT;
import static berth.source.qcow.HandmadeImage.L1_ENTRIES_AT;
import static berth.source.qcow.HandmadeImage.SIZE_AT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Source;
import berth.source.qcow.HandmadeImage;
import berth.source.spec.RawSpec;
import berth.source.spec.StreamSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attacks with disk images that were found in other programs, by name. An image must never read what is not its own. */
final class KnownAttacksTest {
    private static final int CLUSTER = 1 << 16;
    private static final long COMPRESSED = 1L << 62;
    private static final String SHADOW = "/etc/shadow";

    @TempDir
    Path temp;

    private Opening image(HandmadeImage image) {
        return Opening.of(image.write(temp.resolve("image.qcow2")));
    }

    private static HandmadeImage withDataFile(String name) {
        return HandmadeImage.small()
                .put64(INCOMPATIBLE_AT, 1 << 2)
                .extension(DATA_FILE_TYPE, name.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] read(Source source, int length) {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        source.points().getLast().reader().read(0, bytes);
        return bytes.array();
    }

    private void isReadAsItIs(byte[] bytes) {
        Path file = TestFiles.write(temp.resolve("disk.raw"), bytes);
        try (Source source = new Opening(new RawSpec(new StreamSpec.File(file), List.of())).open()) {
            assertThat(source.points().getLast().reader().size()).isEqualTo(bytes.length);
            assertThat(read(source, bytes.length)).isEqualTo(bytes);
        }
    }

    /** CVE-2015-5163 and many before: the host's file becomes the guest's disk. */
    @ParameterizedTest
    @ValueSource(strings = {SHADOW, "../../../../../../../etc/shadow", "/proc/self/root/etc/shadow"})
    void backingFileOnTheHost(String name) {
        image(HandmadeImage.small().backing(name, "raw")).isRefused(Problem.FORBIDDEN, "image.qcow2");
    }

    /** CVE-2024-32498: an external data file of qcow2 does what a backing file may not. */
    @ParameterizedTest
    @ValueSource(strings = {SHADOW, "../../../../../../../etc/shadow", "json:{\"file\":\"/etc/shadow\"}"})
    void cve202432498ExternalDataFileOnTheHost(String name) {
        image(withDataFile(name)).isRefused(Problem.FORBIDDEN, "image.qcow2");
    }

    /** CVE-2024-32498, one step further: the image itself is harmless, its backing file is not. */
    @Test
    void cve202432498DataFileOfABackingFile() {
        withDataFile(SHADOW).write(temp.resolve("base.qcow2"));
        image(HandmadeImage.small().backing("base.qcow2", "qcow2")).isRefused(Problem.FORBIDDEN, "base.qcow2");
    }

    /** CVE-2022-47951: a flat VMDK descriptor names a file of the host, and looks like a raw image until it is probed. */
    @Test
    void cve202247951VmdkDescriptorAsRawDisk() {
        isReadAsItIs(vmdkDescriptor());
    }

    /** CVE-2022-47951 by way of a backing file. */
    @Test
    void cve202247951VmdkDescriptorAsBackingFile() {
        byte[] descriptor = vmdkDescriptor();
        TestFiles.write(temp.resolve("base.vmdk"), descriptor);
        image(HandmadeImage.small().backing("base.vmdk", "vmdk")).isRefused(Problem.UNSUPPORTED, "vmdk");
        image(HandmadeImage.small().backing("base.vmdk", "")).isRefused(Problem.INVALID_ARGUMENT, "not guessed");
        try (Source source =
                image(HandmadeImage.small().backing("base.vmdk", "raw")).open()) {
            assertThat(read(source, descriptor.length)).isEqualTo(descriptor);
        }
    }

    private static byte[] vmdkDescriptor() {
        String text = """
                # Disk DescriptorFile
                version=1
                CID=fffffffe
                parentCID=ffffffff
                createType="monolithicFlat"
                RW 20480 FLAT "/etc/shadow" 0
                """;
        return Arrays.copyOf(text.getBytes(StandardCharsets.UTF_8), 4096);
    }

    /** CVE-2008-2004 and CVE-2013-1922: the guest writes a qcow2 header to its raw disk, and the next probe believes it. */
    @Test
    void aRawDiskOnWhichTheGuestWroteAQcow2Header() {
        isReadAsItIs(HandmadeImage.small().backing(SHADOW, "raw").bytes());
    }

    /** What QEMU takes for a description of block drivers, not for a file's name. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "json:{\"driver\":\"raw\",\"file\":{\"driver\":\"file\",\"filename\":\"/etc/shadow\"}}",
                "json:{\"driver\":\"nbd\",\"host\":\"169.254.169.254\"}",
                "nbd+unix:///disk?socket=/run/other.sock",
                "ssh://root@host/etc/shadow",
                "fat:rw:/etc",
                "blkdebug::/etc/shadow"
            })
    void pseudoProtocols(String name) {
        image(HandmadeImage.small().backing(name, "raw")).isRefused(Problem.FORBIDDEN, "protocol");
    }

    @Test
    void chainsThatAreLoops() {
        image(HandmadeImage.small().backing("image.qcow2", "qcow2")).isRefused(Problem.MALFORMED, "loop");
        HandmadeImage.small().backing("image.qcow2", "qcow2").write(temp.resolve("other.qcow2"));
        image(HandmadeImage.small().backing("other.qcow2", "qcow2")).isRefused(Problem.MALFORMED, "loop");
    }

    /** CVE-2014-0144 and its siblings: sizes at which sums and products turn negative. */
    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, Long.MAX_VALUE, -1, -512, 1L << 62, (16L << 40) + 1})
    void sizesNearTheEndOfTheNumbers(long size) {
        image(HandmadeImage.small().put64(SIZE_AT, size)).isRefused(Problem.UNSUPPORTED, "16 TiB");
    }

    /** CVE-2014-0223: a table that is larger than the memory. */
    @Test
    void aTableLargerThanTheMemory() {
        image(HandmadeImage.small().put32(L1_ENTRIES_AT, -1)).isRefused(Problem.MALFORMED, "L1 table size");
    }

    /** 64 KiB that inflate to 64 MiB: what comes after the cluster's end is not made. */
    @Test
    void compressedBomb() {
        byte[] bomb = deflated(64 << 20);
        assertThat(bomb.length).isLessThan(2 * CLUSTER);
        long sectors = (bomb.length + 511L) / 512;
        HandmadeImage image = new HandmadeImage(16, 1 << 20, 8)
                .l1(0, 2 * CLUSTER)
                .l2(2, 0, COMPRESSED | sectors << 54 | 3 * CLUSTER)
                .put(3 * CLUSTER, bomb);
        try (Source source = image(image).open()) {
            assertThat(read(source, CLUSTER)).containsOnly(1);
        }
    }

    /** Fewer bytes than a cluster has are damage, not zeroes of whoever used the memory before. */
    @Test
    void compressedClusterThatIsTooShort() {
        byte[] little = deflated(100);
        HandmadeImage image = HandmadeImage.small()
                .l1(0, 2 * CLUSTER)
                .l2(2, 0, COMPRESSED | 3 * CLUSTER)
                .put(3 * CLUSTER, little);
        try (Source source = image(image).open()) {
            assertThatThrownBy(() -> read(source, CLUSTER))
                    .isInstanceOfSatisfying(
                            BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.CORRUPT));
        }
    }

    private static byte[] deflated(int length) {
        byte[] ones = new byte[length];
        Arrays.fill(ones, (byte) 1);
        byte[] out = new byte[length / 500 + 1024];
        try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true)) {
            deflater.setInput(ones);
            deflater.finish();
            return Arrays.copyOf(out, deflater.deflate(out));
        }
    }
}
