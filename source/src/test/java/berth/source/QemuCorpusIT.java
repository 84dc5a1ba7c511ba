package berth.source;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.BlockReader;
import berth.block.Extent;
import berth.block.Extent.Kind;
import berth.block.Source;
import berth.posix.PosixFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Compares images that QEMU made with what QEMU reads from them: bytes with {@code qemu-img convert}, extents with {@code
 * qemu-img map}, and every snapshot with a copy from when it was taken. {@code -Dcorpus.seed=N} replays a
 * corpus.
 */
final class QemuCorpusIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int MIN_IMAGES = 200;

    @TempDir
    static Path temp;

    @BeforeAll
    static void needQemu() {
        Qemu.assumeInstalled();
    }

    @TestFactory
    Stream<DynamicTest> readsWhatQemuReads() {
        long seed = Long.getLong("corpus.seed", System.nanoTime());
        System.out.println("corpus.seed=" + seed);
        List<Corpus.Recipe> recipes = Corpus.recipes();
        assertThat(recipes).hasSizeGreaterThanOrEqualTo(MIN_IMAGES);
        List<DynamicTest> tests = new ArrayList<>();
        Random seeds = new Random(seed); // Those of seeds in a row begin alike.
        for (int i = 0; i < recipes.size(); i++) {
            Corpus.Recipe recipe = recipes.get(i);
            Random random = new Random(seeds.nextLong());
            tests.add(DynamicTest.dynamicTest(recipe.name(), () -> compare(recipe, random)));
        }
        return tests.stream();
    }

    private static void compare(Corpus.Recipe recipe, Random random) throws IOException {
        Path directory = Files.createTempDirectory(temp, "image");
        CorpusImage image = recipe.make().apply(new CorpusWorkshop(directory, random));
        try (Source source = new SourceFactory(NativeResolver.NONE).open(image.spec())) {
            Inspection inspection = Inspection.of(source);
            assertThat(inspection.problems()).isEmpty();
            byte[] head = compareHead(image, source);
            assertThat(inspection.points().getLast().dataBytes()).isLessThanOrEqualTo(head.length);
            compareSnapshots(image, source);
            for (int point = 0; point < source.points().size(); point++) {
                checkChanges(source, point);
            }
        }
        deleteTree(directory);
    }

    private static byte[] compareHead(CorpusImage image, Source source) throws IOException {
        Path directory = image.file().getParent();
        String file = image.file().toString();
        Qemu.img(directory, "convert", "-f", image.format(), "-O", "raw", file, "head.raw");
        byte[] expected = Files.readAllBytes(directory.resolve("head.raw"));
        BlockReader reader = source.points().getLast().reader();
        byte[] bytes = Buffers.readAll(reader);
        assertThat(Arrays.mismatch(bytes, expected)).as("first different byte").isEqualTo(-1);
        String map = Qemu.img(directory, "map", "-f", image.format(), "--output=json", file);
        compareMap(image, extentsOf(reader), JSON.readTree(map), expected);
        return bytes;
    }

    /**
     * QEMU's flags and Berth's kinds: what QEMU calls not present is unallocated; what it calls zero, with or without data,
     * is never data; what it calls data alone is data, but Berth also looks for holes of the file beneath and calls them
     * zero, which QEMU does for some images only.
     */
    private static void compareMap(CorpusImage image, List<Extent> extents, JsonNode map, byte[] bytes) {
        long at = 0;
        for (Extent extent : extents) {
            assertThat(extent.offset()).isEqualTo(at);
            at = extent.end();
            boolean zero = extent.kind() != Kind.DATA;
            assertThat(zero && !isZero(bytes, extent))
                    .as("not zero: %s", extent)
                    .isFalse();
        }
        assertThat(at).isEqualTo(bytes.length);
        for (JsonNode theirs : map) {
            long start = theirs.get("start").asLong();
            long end = start + theirs.get("length").asLong();
            for (Extent ours : extents) {
                if (ours.offset() < end && ours.end() > start) {
                    comparePiece(image, ours, theirs);
                }
            }
        }
    }

    private static void comparePiece(CorpusImage image, Extent ours, JsonNode theirs) {
        boolean zero = theirs.get("zero").asBoolean();
        if (!theirs.get("present").asBoolean()) {
            assertThat(ours.kind()).as("%s against %s", ours, theirs).isEqualTo(Kind.UNALLOCATED);
        } else if (zero) {
            assertThat(ours.kind()).as("%s against %s", ours, theirs).isNotEqualTo(Kind.DATA);
        } else if (ours.kind() != Kind.DATA) {
            assertThat(theirs.has("offset")).as("%s against %s", ours, theirs).isTrue();
            long start = Math.max(ours.offset(), theirs.get("start").asLong());
            long end = Math.min(
                    ours.end(),
                    theirs.get("start").asLong() + theirs.get("length").asLong());
            long host =
                    theirs.get("offset").asLong() + start - theirs.get("start").asLong();
            try (PosixFile file =
                    PosixFile.open(image.depths().get(theirs.get("depth").asInt()), PosixFile.Mode.READ)) {
                assertThat(file.nextData(host).orElse(Long.MAX_VALUE))
                        .as("%s against %s: data in the file", ours, theirs)
                        .isGreaterThanOrEqualTo(host + (end - start));
            }
        }
    }

    private static void compareSnapshots(CorpusImage image, Source source) throws IOException {
        assertThat(source.points()).hasSize(image.snapshots().size() + 1);
        Path directory = image.file().getParent();
        for (int i = 0; i < image.snapshots().size(); i++) {
            CorpusImage.SnapshotCopy copy = image.snapshots().get(i);
            Source.Point point = source.points().get(i);
            assertThat(point.name()).isEqualTo(copy.name());
            assertThat(point.created()).isPresent();
            byte[] bytes = Buffers.readAll(point.reader());
            assertThat(Arrays.mismatch(bytes, Files.readAllBytes(copy.raw())))
                    .as("first byte of %s that differs from when it was taken", copy.name())
                    .isEqualTo(-1);
            // QEMU gives the disk its present size.
            Qemu.img(
                    directory,
                    "convert",
                    "-l",
                    copy.name(),
                    "-f",
                    "qcow2",
                    "-O",
                    "raw",
                    image.file().toString(),
                    "l.raw");
            byte[] converted = Files.readAllBytes(directory.resolve("l.raw"));
            int common = Math.min(bytes.length, converted.length);
            assertThat(Arrays.mismatch(bytes, 0, common, converted, 0, common)).isEqualTo(-1);
        }
    }

    /** What is said not to have changed must be the same in the point before; before the first one all is zero. */
    private static void checkChanges(Source source, int point) {
        BlockReader now = source.points().get(point).reader();
        byte[] bytes = Buffers.readAll(now);
        byte[] before = new byte[bytes.length];
        if (point > 0) {
            byte[] earlier = Buffers.readAll(source.points().get(point - 1).reader());
            System.arraycopy(earlier, 0, before, 0, Math.min(before.length, earlier.length));
        }
        List<Extent> changes = new ArrayList<>();
        source.changes(point, 0, now.size(), (offset, length, kind) -> changes.add(new Extent(offset, length, kind)));
        long at = 0;
        for (Extent extent : changes) {
            assertThat(extent.offset()).isEqualTo(at);
            at = extent.end();
            if (extent.kind() != Kind.DATA) {
                int start = (int) extent.offset();
                int end = (int) extent.end();
                assertThat(Arrays.equals(bytes, start, end, before, start, end))
                        .as("changed although said not to be: %s", extent)
                        .isTrue();
            }
        }
        assertThat(at).isEqualTo(bytes.length);
    }

    private static List<Extent> extentsOf(BlockReader reader) {
        List<Extent> extents = new ArrayList<>();
        reader.extents(0, reader.size(), (offset, length, kind) -> extents.add(new Extent(offset, length, kind)));
        return extents;
    }

    private static boolean isZero(byte[] bytes, Extent extent) {
        for (int i = (int) extent.offset(); i < extent.end(); i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static void deleteTree(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
