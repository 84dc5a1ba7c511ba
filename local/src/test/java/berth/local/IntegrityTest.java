package berth.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import berth.block.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage of a store's files is noticed. */
final class IntegrityTest {
    /** One byte in so many is flipped; 1 for all of them. */
    private static final int STRIDE = Integer.getInteger("berth.flip.stride", 101);

    @TempDir
    Path directory;

    @Test
    void everyFlippedByteIsHarmlessOrNoticedOrInDataThatHaveNoChecksum() throws IOException {
        long seed = Long.getLong("berth.seed", System.nanoTime());
        System.out.println("berth.seed=" + seed);
        Random random = new Random(seed);
        SampleStore sample = SampleStore.make(directory.resolve("sample"));
        int flips = 0;
        for (Path file : sample.files()) {
            byte[] bytes = Files.readAllBytes(file);
            for (int at = random.nextInt(STRIDE); at < bytes.length; at += STRIDE) {
                Path copy = sample.copyTo(directory.resolve("copy"));
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                Files.write(copy.resolve(sample.relative(file)), bytes);
                bytes[at] = Files.readAllBytes(file)[at];
                String where = sample.relative(file) + " byte " + at;
                assertThat(isNoticed(copy) || sample.isUncovered(file) || isHarmless(sample, copy))
                        .as(where)
                        .isTrue();
                flips++;
            }
        }
        System.out.println(flips + " flips");
        assertThat(flips).isGreaterThan(100);
    }

    private static boolean isNoticed(Path copy) {
        try (LocalStore store = SampleStore.open(copy)) {
            Integrity integrity = store.integrity();
            return !integrity.check().isEmpty()
                    || !integrity.checkData(Progress.NONE).findings().isEmpty();
        } catch (BlockException e) {
            assertThat(e.problem()).isIn(Problem.CORRUPT, Problem.NEWER_FORMAT);
            return true;
        }
    }

    private static boolean isHarmless(SampleStore sample, Path copy) {
        try (LocalStore store = SampleStore.open(copy)) {
            return sample.contentOf(store).equals(sample.content());
        }
    }

    @Test
    void aFlippedByteOfASnapshotIsNamedWithItsPlace() throws IOException {
        SampleStore sample = SampleStore.make(directory.resolve("sample"));
        Path copy = sample.copyTo(directory.resolve("copy"));
        Path data = copy.resolve(sample.relative(sample.dataOf("a", "one")));
        byte[] bytes = Files.readAllBytes(data);
        bytes[3 * 4096 + 17] ^= 4;
        Files.write(data, bytes);
        try (LocalStore store = SampleStore.open(copy)) {
            assertThat(store.integrity().check()).isEmpty();
            assertThat(store.integrity().checkData(Progress.NONE).findings())
                    .singleElement()
                    .asString()
                    .contains("image rbd/a, snapshot one")
                    .contains("bytes 12288-16383");
            assertThat(store.integrity().scrub(0, Progress.NONE).findings()).hasSize(1);
        }
    }

    @Test
    void aMapThatIsDamagedInBothSlotsIsMadeAnewFromTheData() throws IOException {
        SampleStore sample = SampleStore.make(directory.resolve("sample"));
        Path copy = sample.copyTo(directory.resolve("copy"));
        Path map = copy.resolve(sample.relative(sample.mapOf("a", "one")));
        byte[] bytes = Files.readAllBytes(map);
        for (int at = 0; at < bytes.length; at += 64) {
            bytes[at] ^= 1;
        }
        Files.write(map, bytes);
        try (LocalStore store = SampleStore.open(copy)) {
            assertThat(store.integrity().check())
                    .isNotEmpty()
                    .allMatch(finding -> finding.contains("image rbd/a") || finding.contains("map"));
            assertThatThrownBy(() -> sample.contentOf(store)).isInstanceOf(BlockException.class);
            assertThat(store.integrity().repair())
                    .singleElement()
                    .asString()
                    .contains("image rbd/a")
                    .contains("bytes 0-");
            assertThat(store.integrity().check()).isEmpty();
            assertThat(sample.contentOf(store)).isEqualTo(sample.content());
        }
        try (LocalStore store = SampleStore.open(copy)) {
            assertThat(store.integrity().check()).isEmpty();
            assertThat(sample.contentOf(store)).isEqualTo(sample.content());
        }
    }

    @Test
    void aStoreThatLostItsJournalIsNotTakenForANewOne() throws IOException {
        SampleStore sample = SampleStore.make(directory.resolve("sample"));
        Path copy = sample.copyTo(directory.resolve("copy"));
        for (Path file : sample.files()) {
            if (file.getFileName().toString().startsWith("journal.")) {
                Files.delete(copy.resolve(sample.relative(file)));
            }
        }
        assertThatThrownBy(() -> SampleStore.open(copy))
                .isInstanceOf(BlockException.class)
                .hasMessageContaining("its journal was lost");
        assertThat(copy.resolve("layers")).isNotEmptyDirectory();
    }

    @Test
    void checksumsGoWithTheSnapshotThatTheyVouchFor() throws IOException {
        SampleStore sample = SampleStore.make(directory.resolve("sample"));
        Path copy = sample.copyTo(directory.resolve("copy"));
        try (LocalStore store = SampleStore.open(copy)) {
            SampleStore.removeSnapshot(store, "a", "two");
            SampleStore.write(store, "a", 1, 77);
            assertThat(store.integrity().scrub(0, Progress.NONE).findings()).isEmpty();
            assertThat(store.integrity().check()).isEmpty();
        }
    }
}
