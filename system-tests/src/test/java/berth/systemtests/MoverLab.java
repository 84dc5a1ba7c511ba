package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.ListenAddress;
import berth.block.MigrationStore;
import berth.block.Problem;
import berth.block.Progress;
import berth.block.Source;
import berth.ceph.CephConfig;
import berth.ceph.cluster.CephCluster;
import berth.migration.CommitOptions;
import berth.migration.CopyProgress;
import berth.migration.ExecuteOptions;
import berth.migration.MoveRequest;
import berth.migration.Mover;
import berth.server.Engine;
import berth.server.HttpPublisher;
import berth.server.StoreDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Moves of this process into a real cluster, for faults that have to happen at a certain moment of one. */
final class MoverLab implements AutoCloseable {
    static final ImageSpec TARGET = new ImageSpec("vms", "disk");

    private final CephCluster cluster;
    private final CephConfig config;
    private final Path directory;
    private Engine engine;
    private final HttpPublisher http =
            HttpPublisher.start(new ListenAddress("127.0.0.1", 0, false), Optional.empty(), Optional.empty());
    /** Librbd reads them while it copies. */
    private final List<Source> sources = new ArrayList<>();

    /**
     * Connects.
     *
     * @param directory keeps Berth's own files, and what is exported
     */
    MoverLab(CephCluster cluster, CephConfig config, Path directory) {
        this.cluster = cluster;
        this.config = config;
        this.directory = directory;
        this.engine = connect();
    }

    private Engine connect() {
        Engine connected = Engine.open(config, new StoreDirectory(directory.resolve("home")));
        connected.publishThrough(http);
        return connected;
    }

    /** Goes on as the next command does; what librbd reads stays there. */
    void reconnect() {
        engine.close();
        engine = connect();
    }

    /** The administrator, to whom the cluster has to answer within a time. */
    static CephConfig admin(CephCluster cluster, Duration timeout) {
        return CephConfig.DEFAULT
                .withConfigurationFile(cluster.configurationFile())
                .withTimeouts(Duration.ofSeconds(10), timeout);
    }

    MigrationStore store() {
        return engine.store();
    }

    Mover mover() {
        return engine.mover();
    }

    void prepare(String spec, MoveRequest.Needed needed) {
        Source source = engine.sources().open(spec);
        sources.add(source);
        mover().prepare(new MoveRequest.Import(source, TARGET, Layout.DEFAULT, needed));
    }

    void execute() {
        mover().execute(TARGET, ExecuteOptions.DEFAULT, CopyProgress.NONE);
    }

    /** Copies, one object at a time, and does something once after so many. */
    void executeAndThen(int objects, Runnable fault) {
        boolean[] done = {false};
        try {
            mover().execute(TARGET, ExecuteOptions.DEFAULT.withWorkers(1), status -> {
                if (status.objectsDone() >= objects && !done[0]) {
                    done[0] = true;
                    assertThat(status.objectsDone())
                            .as("the copy has not ended")
                            .isLessThan(status.objects());
                    fault.run();
                }
                return true;
            });
        } finally {
            assertThat(done[0]).as("the fault has happened").isTrue();
        }
    }

    void commit() {
        mover().commit(TARGET, CommitOptions.DEFAULT, Progress.NONE);
    }

    /** Commits, and asserts what {@code rbd} reads then, and that nothing else is left. */
    void assertCommitted(Path disk) throws IOException {
        commit();
        Path exported = directory.resolve("exported.raw");
        Files.deleteIfExists(exported);
        cluster.rbd("export", "--no-progress", TARGET.toString(), exported.toString());
        Disks.assertSame(exported, disk);
        assertThat(cluster.rbd("image-meta", "ls", TARGET.toString())).doesNotContain("berth");
        assertThat(cluster.rbd("snap", "ls", TARGET.toString())).isEmpty();
        assertThat(cluster.rados("-p", "vms", "ls")).doesNotContain("berth");
    }

    /** Asserts that something fails, and as what. */
    static BlockException failure(Problem problem, ThrowingCallable call) {
        BlockException failure = catchThrowableOfType(BlockException.class, call);
        assertThat(failure).as("a failure with %s", problem).isNotNull();
        assertThat(failure.problem()).as(failure.getMessage()).isEqualTo(problem);
        return failure;
    }

    @Override
    public void close() {
        engine.close();
        http.close();
        sources.forEach(Source::close);
    }
}
