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
import berth.source.remote.FaultyWebServer;
import berth.source.remote.ReadAheadPolicy;
import berth.source.remote.RemoteFault;
import berth.source.remote.RemoteOptions;
import berth.source.remote.RetryPolicy;
import berth.source.secret.SecretStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Imports from servers that go wrong: whatever they do, nothing else than the file is committed. */
class NetworkMoveTest {
    private static final ImageSpec TARGET = new ImageSpec("rbd", "vm");
    private static final int SIZE = (5 << 20) + 512;

    private static final RemoteOptions IMPATIENT = new RemoteOptions(
            Duration.ofSeconds(5),
            Duration.ofMillis(300),
            Duration.ofMillis(600),
            new RetryPolicy(2, 2, Duration.ofMillis(1), Duration.ofMillis(10)),
            new ReadAheadPolicy(1 << 20, 8, 2, 4));

    @TempDir
    Path directory;

    private final byte[] file = new byte[SIZE];
    private FaultyWebServer server;
    private MigrationStore store;
    private Mover mover;

    @BeforeEach
    void open() throws IOException {
        new Random(12).nextBytes(file);
        server = new FaultyWebServer(file);
        SourceFactory sources = new SourceFactory(NativeResolver.NONE, SecretStore.NONE, IMPATIENT);
        store = LocalStores.open(directory, sources);
        store.createPool("rbd");
        Receipts receipts = new Receipts(directory, "Berth 1.2.3", MoverFixture.ACTOR);
        mover = new Mover(store, sources, receipts, SpaceProbe.UNKNOWN, TimeSource.SYSTEM);
        String spec = "{\"type\":\"raw\",\"stream\":{\"type\":\"http\",\"url\":\"" + server.url() + "\"}}";
        mover.prepare(new MoveRequest.SpecImport(spec, TARGET, Layout.DEFAULT));
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        server.close();
    }

    private void execute() {
        mover.execute(TARGET, ExecuteOptions.DEFAULT, CopyProgress.NONE);
    }

    private void commit(CommitOptions options) {
        mover.commit(TARGET, options, Progress.NONE);
    }

    private BlockException assertNotCommitted(Problem problem, CommitOptions options) throws IOException {
        BlockException e = MoverFixture.expect(problem, () -> commit(options));
        assertThat(store.migrations()).hasSize(1);
        assertThat(directory.resolve("receipts"))
                .satisfiesAnyOf(
                        receipts -> assertThat(receipts).doesNotExist(),
                        receipts -> assertThat(receipts).isEmptyDirectory());
        return e;
    }

    private void assertCommitsTheFile() {
        execute();
        commit(CommitOptions.DEFAULT);
        try (Image image = store.open(TARGET, Access.READ_ONLY)) {
            ByteBuffer all = ByteBuffer.allocate((int) image.size());
            image.read(0, all);
            assertThat(all.array()).isEqualTo(file);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFaultEndsTheCopyAndIsForgottenWhenItPasses(RemoteFault fault) throws IOException {
        server.goWrong(fault, Integer.MAX_VALUE);
        BlockException e = MoverFixture.expect(fault.problem(), this::execute);
        assertThat(e).hasMessageContaining(server.url());
        assertNotCommitted(Problem.MIGRATION_STATE, CommitOptions.DEFAULT);
        server.goWrong(fault, 0);
        assertCommitsTheFile();
    }

    @Test
    void aFileThatChangesBeforeTheCopyIsNotCopied() throws IOException {
        server.change();
        MoverFixture.expect(Problem.SOURCE_CHANGED, this::execute);
        assertNotCommitted(Problem.MIGRATION_STATE, CommitOptions.DEFAULT);
        mover.abort(TARGET, Progress.NONE);
        assertThat(store.images("rbd")).isEmpty();
    }

    @Test
    void aFileThatChangesAfterTheCopyIsNotCommitted() throws IOException {
        execute();
        server.change();
        BlockException e = assertNotCommitted(Problem.SOURCE_CHANGED, CommitOptions.DEFAULT);
        assertThat(e.blockers()).singleElement().asString().contains("etag").contains("\"one\" -> \"two\"");
    }

    @Test
    void aFileThatChangesInSecretIsFoundOutByReadingItAgain() throws IOException {
        execute();
        byte[] other = file.clone();
        other[SIZE - 1] ^= 1;
        server.changeInSecret(other);
        assertNotCommitted(Problem.CORRUPT, CommitOptions.DEFAULT);
    }

    @Test
    void aServerThatIsGoneKeepsTheCommitWaiting() throws IOException {
        execute();
        server.close();
        assertNotCommitted(Problem.IO, CommitOptions.DEFAULT);
    }
}
