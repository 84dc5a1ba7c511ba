package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Progress;
import berth.source.NativeResolver;
import berth.source.SourceFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports of files into the local store, through everything there is. */
class FileMoveTest {
    private static final ImageSpec TARGET = new ImageSpec("rbd", "vm");
    private static final int CLUSTER = 1 << 16;

    @TempDir
    Path directory;

    private MigrationStore store;
    private Mover mover;

    @BeforeEach
    void open() {
        SourceFactory sources = new SourceFactory(NativeResolver.NONE);
        store = LocalStores.open(directory, sources);
        store.createPool("rbd");
        Receipts receipts = new Receipts(directory, "Berth 1.2.3", MoverFixture.ACTOR);
        mover = new Mover(store, sources, receipts, SpaceProbe.UNKNOWN, TimeSource.SYSTEM);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private MoveRequest request(String type, Path file) {
        String spec = "{\"type\":\"" + type + "\",\"stream\":{\"type\":\"file\",\"file_path\":\"" + file + "\"}}";
        return new MoveRequest.SpecImport(spec, TARGET, Layout.DEFAULT);
    }

    private Path rawFile() throws IOException {
        byte[] bytes = new byte[9_000_001];
        new Random(5).nextBytes(bytes);
        return Files.write(directory.resolve("vm.raw"), bytes);
    }

    @Test
    void aFileOfAnySizeArrivesAsItIs() throws IOException {
        Path file = rawFile();
        mover.prepare(request("raw", file));
        mover.execute(TARGET, ExecuteOptions.DEFAULT, CopyProgress.NONE);
        Committed committed = mover.commit(TARGET, CommitOptions.DEFAULT, Progress.NONE);
        try (Image image = store.open(TARGET, Access.READ_ONLY)) {
            ByteBuffer all = ByteBuffer.allocate((int) image.size());
            image.read(0, all);
            assertThat(all.array()).isEqualTo(Files.readAllBytes(file));
        }
        assertThat(committed.receipt().statement().source().validators().keySet())
                .isNotEmpty()
                .allSatisfy(name -> assertThat(name).startsWith(file.toString()));
    }

    @Test
    void aFileThatIsTouchedIsFoundOut() throws IOException {
        Path file = rawFile();
        mover.prepare(request("raw", file));
        mover.execute(TARGET, ExecuteOptions.DEFAULT, CopyProgress.NONE);
        Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2001-02-03T04:05:06Z")));
        BlockException e = MoverFixture.expect(
                Problem.SOURCE_CHANGED, () -> mover.commit(TARGET, CommitOptions.DEFAULT, Progress.NONE));
        assertThat(e.blockers())
                .allSatisfy(
                        change -> assertThat(change).startsWith(file.toString()).contains(" -> "));
        Files.delete(file);
        MoverFixture.expect(Problem.SOURCE_CHANGED, () -> mover.commit(TARGET, CommitOptions.DEFAULT, Progress.NONE));
        mover.abort(TARGET, Progress.NONE);
        assertThat(store.images("rbd")).isEmpty();
    }

    @Test
    void whatWouldFailInTheMiddleOfTheCopyIsRefusedBeforeThereIsATarget() throws IOException {
        Path file = Files.write(directory.resolve("cut.qcow2"), qcow2WithAClusterPastTheEnd());
        MoveRequest request = request("qcow", file);
        BlockException e = MoverFixture.expect(Problem.CORRUPT, () -> mover.prepare(request));
        assertThat(e).hasMessageContaining(file.toString());
        assertThat(store.images("rbd")).isEmpty();
        Plan plan = mover.plan(request, OptionalLong.of(1));
        assertThat(plan.problems()).isNotEmpty();
        assertThat(plan.files()).singleElement().asString().contains("qcow2").contains("clusters of 64 KiB");
    }

    /** A qcow2 image of version 2: header, refcounts, L1 and L2 tables, and no data where the L2 table says. */
    private static byte[] qcow2WithAClusterPastTheEnd() {
        ByteBuffer image = ByteBuffer.allocate(5 * CLUSTER);
        image.putInt(0x514649fb).putInt(2).putLong(0).putInt(0);
        image.putInt(16).putLong(1 << 20).putInt(0);
        image.putInt(1).putLong(3L * CLUSTER).putLong(CLUSTER).putInt(1);
        image.putInt(0).putLong(0);
        image.putLong(CLUSTER, 2L * CLUSTER);
        long copied = 1L << 63;
        image.putLong(3 * CLUSTER, 4L * CLUSTER | copied);
        image.putLong(4 * CLUSTER, 1000L * CLUSTER | copied);
        return image.array();
    }
}
