package berth.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.Image;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.MigrationState;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Progress;
import berth.migration.ReceiptFindings.Range;
import berth.migration.ReceiptFindings.Verdict;
import berth.source.NativeResolver;
import berth.source.SourceFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One byte goes wrong: on its way from the source, in the store, or in the source, at every stage of a move of a real file
 * into a real store. Nothing wrong is ever committed, and the refusal says where it is.
 */
class ProofTest {
    private static final ImageSpec TARGET = new ImageSpec("rbd", "vm");
    private static final int SIZE = 9_000_001;
    private static final int OBJECT = 4 << 20;

    @TempDir
    Path directory;

    private final FlippingSources sources = new FlippingSources(new SourceFactory(NativeResolver.NONE));
    private MigrationStore store;
    private Mover mover;
    private Path file;

    @BeforeEach
    void open() throws IOException {
        store = LocalStores.open(directory, sources);
        store.createPool("rbd");
        Receipts receipts = new Receipts(directory, "Berth 1.2.3", MoverFixture.ACTOR);
        mover = new Mover(store, sources, receipts, SpaceProbe.UNKNOWN, TimeSource.SYSTEM);
        byte[] bytes = new byte[SIZE];
        new Random(5).nextBytes(bytes);
        file = Files.write(directory.resolve("vm.raw"), bytes);
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void prepare() {
        String spec = "{\"type\":\"raw\",\"stream\":{\"type\":\"file\",\"file_path\":\"" + file + "\"}}";
        mover.prepare(new MoveRequest.SpecImport(spec, TARGET, Layout.DEFAULT));
    }

    private void execute() {
        mover.execute(TARGET, ExecuteOptions.DEFAULT, CopyProgress.NONE);
    }

    /** Copies the first object and stops there. */
    private void executeFirstObject() {
        BlockException stopped = catchThrowableOfType(
                BlockException.class,
                () -> mover.execute(TARGET, ExecuteOptions.DEFAULT.withWorkers(1), status -> status.objectsDone() < 1));
        assertThat(stopped.problem()).isEqualTo(Problem.CANCELLED);
    }

    private Committed commit() {
        return mover.commit(TARGET, CommitOptions.DEFAULT, Progress.NONE);
    }

    private void assertRefused(String where, long offset) {
        long start = offset / OBJECT * OBJECT;
        BlockException e = catchThrowableOfType(BlockException.class, this::commit);
        assertThat(e).as("the commit was refused").isNotNull();
        assertThat(e.problem()).isEqualTo(Problem.CORRUPT);
        assertThat(e)
                .hasMessageContaining("1 of 3 objects of " + where + " differ from what was copied, at bytes " + start
                        + "-" + (start + OBJECT - 1));
        assertThat(store.migration(TARGET).state()).isEqualTo(MigrationState.EXECUTED);
        assertThat(directory.resolve("receipts")).doesNotExist();
    }

    /** The refusal was for this byte alone. */
    private void assertCommits() throws IOException {
        Receipt receipt = commit().receipt();
        try (Image image = store.open(TARGET, Access.READ_ONLY)) {
            ByteBuffer all = ByteBuffer.allocate(SIZE);
            image.read(0, all);
            assertThat(all.array()).isEqualTo(Files.readAllBytes(file));
        }
        assertThat(new ReceiptCheck(store, sources)
                        .run(receipt, true, Progress.NONE)
                        .verdict())
                .isEqualTo(Verdict.PROVEN);
    }

    private static void flipByte(Path file, long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, offset);
            one.put(0, (byte) (one.get(0) ^ 1)).flip();
            channel.write(one, offset);
        }
    }

    /** Changes the file and hides that, as far as a program can. */
    private void flipSourceByte(long offset) throws IOException {
        FileTime before = Files.getLastModifiedTime(file);
        flipByte(file, offset);
        Files.setLastModifiedTime(file, before);
    }

    /** The store's file with what was copied. */
    private Path dataFile() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("store/layers"))) {
            return files.max((one, other) ->
                            Long.compare(one.toFile().length(), other.toFile().length()))
                    .orElseThrow();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, OBJECT - 1, OBJECT, SIZE - 1})
    void inFlightWhileItIsCopied(long offset) {
        prepare();
        sources.flip(offset);
        execute();
        sources.stop();
        assertRefused("the source", offset);
    }

    @Test
    void inFlightWhileItIsPrepared() throws IOException {
        sources.flip(5);
        prepare();
        sources.stop();
        execute();
        assertCommits();
    }

    @Test
    void inFlightWhileItIsVerified() throws IOException {
        prepare();
        execute();
        sources.flip(OBJECT + 7);
        assertRefused("the source", OBJECT + 7);
        sources.stop();
        assertCommits();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, OBJECT - 1, OBJECT, SIZE - 1})
    void atRestAfterItWasCopied(long offset) throws IOException {
        prepare();
        execute();
        flipByte(dataFile(), offset);
        assertRefused("the target", offset);
        flipByte(dataFile(), offset);
        assertCommits();
    }

    @Test
    void atRestWhileTheOthersAreCopied() throws IOException {
        prepare();
        executeFirstObject();
        flipByte(dataFile(), 77);
        execute();
        assertRefused("the target", 77);
    }

    @Test
    void atRestWithoutRereadingTheSource() throws IOException {
        prepare();
        execute();
        flipByte(dataFile(), 0);
        BlockException e = catchThrowableOfType(
                BlockException.class,
                () -> mover.commit(TARGET, CommitOptions.DEFAULT.skippingSource(), Progress.NONE));
        assertThat(e.problem()).isEqualTo(Problem.CORRUPT);
    }

    @Test
    void atRestAfterTheCommit() throws IOException {
        prepare();
        execute();
        Receipt receipt = commit().receipt();
        flipByte(dataFile(), SIZE - 1);
        ReceiptFindings findings = new ReceiptCheck(store, sources).run(receipt, true, Progress.NONE);
        assertThat(findings.points().getLast().differing()).isEqualTo(List.of(new Range(2 * OBJECT, OBJECT)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, OBJECT, SIZE - 1})
    void atTheSourceAfterItWasCopied(long offset) throws IOException {
        prepare();
        execute();
        flipSourceByte(offset);
        assertRefused("the source", offset);
        flipSourceByte(offset);
        assertCommits();
    }

    @Test
    void atTheSourceWhileItIsCopied() throws IOException {
        prepare();
        executeFirstObject();
        flipSourceByte(3);
        execute();
        assertRefused("the source", 3);
    }

    /** Nobody has copied anything then: what is committed is what the source holds. */
    @Test
    void atTheSourceBeforeItIsCopied() throws IOException {
        prepare();
        flipSourceByte(3);
        execute();
        assertCommits();
    }

    @Test
    void atTheSourceWhateverIsAccepted() throws IOException {
        prepare();
        execute();
        flipByte(file, OBJECT);
        MoverFixture.expect(Problem.SOURCE_CHANGED, this::commit);
        BlockException e = MoverFixture.expect(
                Problem.CORRUPT,
                () -> mover.commit(TARGET, CommitOptions.DEFAULT.acceptingChangedSource(), Progress.NONE));
        assertThat(e).hasMessageContaining("of the source differ").hasMessageContaining("4194304-8388607");
    }
}
