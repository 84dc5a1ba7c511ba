package berth.source;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.BlockReader;
import berth.block.Extent;
import berth.block.Extent.Kind;
import berth.block.Source;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reads of any range by several threads give what reading the whole disk gives, and extents of any range what those of the
 * whole disk say. {@code -Drandom.seed=N} replays a run.
 */
final class RandomAccessIT {
    private static final int EVERY = 7;
    private static final int THREADS = 4;
    private static final int READS = 150;

    @TempDir
    static Path temp;

    @BeforeAll
    static void needQemu() {
        Qemu.assumeInstalled();
    }

    @TestFactory
    Stream<DynamicTest> anyRangeReadsTheSame() {
        long seed = Long.getLong("random.seed", System.nanoTime());
        System.out.println("random.seed=" + seed);
        List<Corpus.Recipe> all = Corpus.recipes();
        List<DynamicTest> tests = new ArrayList<>();
        int first = (int) Math.floorMod(seed, (long) EVERY);
        Random seeds = new Random(seed); // Those of seeds in a row begin alike.
        for (int i = first; i < all.size(); i += EVERY) {
            Corpus.Recipe recipe = all.get(i);
            Random random = new Random(seeds.nextLong());
            tests.add(DynamicTest.dynamicTest(recipe.name(), () -> readAnyhow(recipe, random)));
        }
        return tests.stream();
    }

    private static void readAnyhow(Corpus.Recipe recipe, Random random) throws Exception {
        Path directory = Files.createTempDirectory(temp, "image");
        CorpusImage image = recipe.make().apply(new CorpusWorkshop(directory, random));
        try (Source source = new SourceFactory(NativeResolver.NONE).open(image.spec());
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (Source.Point point : source.points()) {
                BlockReader reader = point.reader();
                byte[] whole = Buffers.readAll(reader);
                List<Future<?>> running = new ArrayList<>();
                for (int i = 0; i < THREADS; i++) {
                    long seed = random.nextLong();
                    running.add(threads.submit(() -> readRanges(reader, whole, new Random(seed))));
                }
                for (Future<?> thread : running) {
                    thread.get();
                }
            }
        }
    }

    private static void readRanges(BlockReader reader, byte[] whole, Random random) {
        Kind[] kinds = kinds(reader, 0, whole.length);
        for (int i = 0; i < READS && whole.length > 0; i++) {
            int offset = random.nextInt(whole.length);
            int length = Math.min(whole.length - offset, random.nextInt(1 << random.nextInt(1, 21)));
            ByteBuffer into = Buffers.stale(random.nextBoolean(), length + 8);
            into.position(3).limit(3 + length);
            reader.read(offset, into);
            assertThat(into.position()).isEqualTo(into.limit()).isEqualTo(3 + length);
            into.clear();
            assertThat(Buffers.isStale(into, 0, 3) && Buffers.isStale(into, 3 + length, 5))
                    .as("bytes around the range are left alone")
                    .isTrue();
            byte[] read = new byte[length];
            into.get(3, read);
            assertThat(Arrays.mismatch(read, 0, length, whole, offset, offset + length))
                    .as("%d bytes at %d", length, offset)
                    .isEqualTo(-1);
            if (i % 10 == 0 && length > 0) {
                assertThat(kinds(reader, offset, length))
                        .isEqualTo(Arrays.copyOfRange(kinds, offset / 512, (offset + length - 1) / 512 + 1));
            }
        }
    }

    /** The kind of each sector's first byte in the range. */
    private static Kind[] kinds(BlockReader reader, int offset, int length) {
        int first = offset / 512;
        Kind[] kinds = new Kind[length == 0 ? 0 : (offset + length - 1) / 512 - first + 1];
        List<Extent> extents = new ArrayList<>();
        reader.extents(offset, length, (at, n, kind) -> extents.add(new Extent(at, n, kind)));
        for (Extent extent : extents) {
            int from = (int) (extent.offset() / 512) - first;
            Arrays.fill(kinds, from, (int) ((extent.end() - 1) / 512) - first + 1, extent.kind());
        }
        return kinds;
    }
}
