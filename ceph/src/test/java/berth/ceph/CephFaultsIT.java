package berth.ceph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import berth.block.Access;
import berth.block.BlockException;
import berth.block.ImageSpec;
import berth.block.Layout;
import berth.block.Problem;
import berth.ceph.CephConfig.WhenFull;
import berth.ceph.cluster.CephCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clusters that do not answer, refuse, or are full: each is said clearly, and in time. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Not in time is never.
final class CephFaultsIT {
    private static final Duration SHORT = Duration.ofSeconds(2);
    private static final ImageSpec DISK = new ImageSpec("vms", "disk");

    private final CephCluster cluster = CephCluster.shared();

    @TempDir
    Path directory;

    @BeforeEach
    void makePool() {
        CephFixture.empty();
        try (CephStore store = CephStore.open(CephFixture.config())) {
            store.createPool("vms");
        }
    }

    private static BlockException failure(Problem problem, ThrowingCallable call) {
        BlockException failure = catchThrowableOfType(BlockException.class, call);
        assertThat(failure).as("a failure with %s", problem).isNotNull();
        assertThat(failure.problem()).as(failure.getMessage()).isEqualTo(problem);
        return failure;
    }

    private Path write(String name, String text) {
        try {
            return Files.writeString(directory.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CephConfig impatient() {
        return CephFixture.config().withTimeouts(SHORT, SHORT);
    }

    @Test
    void aClusterThatNobodyAnswersForIsUnreachable() {
        Path file = write("ceph.conf", "[global]\nmon host = v2:127.0.0.1:1\nauth client required = none\n");

        BlockException failure =
                failure(Problem.UNREACHABLE, () -> CephStore.open(impatient().withConfigurationFile(file)));

        assertThat(failure)
                .hasMessageContaining("no monitor answered within 2 s")
                .hasMessageContaining("127.0.0.1:1");
    }

    @Test
    void aConfigurationFileThatIsMissingOrNamesNoMonitorsIsSaid() {
        Path empty = write("empty.conf", "[global]\n");

        assertThat(failure(
                        Problem.INVALID_ARGUMENT,
                        () -> CephStore.open(impatient().withConfigurationFile(directory.resolve("no.conf")))))
                .hasMessageContaining("no.conf");
        assertThat(catchThrowableOfType(
                        BlockException.class, () -> CephStore.open(impatient().withConfigurationFile(empty))))
                .hasMessageContaining("connecting to cluster 'ceph'");
    }

    @Test
    void anUnknownUserAMissingKeyAndAWrongKeyAreToldApartAndNoKeyIsShown() throws IOException {
        Path right = cluster.user("alice", "mon", "profile rbd", "osd", "profile rbd");
        String secret = Files.readString(right).replaceAll("(?s).*key = (\\S+).*", "$1");
        Path other = cluster.user("bob", "mon", "profile rbd", "osd", "profile rbd");
        Path wrong = write("wrong", Files.readString(other).replace("client.bob", "client.alice"));
        Path unknown = write("unknown", Files.readString(other).replace("client.bob", "client.nosuch"));

        BlockException missing = failure(
                Problem.ACCESS_DENIED,
                () -> CephStore.open(impatient().withUser("alice").withKeyring(other)));
        BlockException mismatch = failure(
                Problem.ACCESS_DENIED,
                () -> CephStore.open(impatient().withUser("alice").withKeyring(wrong)));
        BlockException stranger = failure(
                Problem.ACCESS_DENIED,
                () -> CephStore.open(impatient().withUser("nosuch").withKeyring(unknown)));

        assertThat(missing).hasMessageContaining("there is no key for client.alice in " + other);
        assertThat(mismatch).hasMessageContaining("is not its key").hasMessageContaining(wrong.toString());
        assertThat(stranger).hasMessageContaining("client.nosuch");
        assertThat(missing.getMessage() + mismatch.getMessage() + stranger.getMessage())
                .doesNotContain(secret)
                .doesNotContain("key = ");
        CephStore.open(impatient().withUser("alice").withKeyring(right)).close();
    }

    @Test
    void missingCapabilitiesAreNamedWithTheOperationThePoolAndWhatWouldDo() {
        Path reader = cluster.user("reader", "mon", "profile rbd", "osd", "profile rbd-read-only pool=vms");
        try (CephStore store = CephStore.open(CephFixture.config())) {
            store.create(DISK, 1 << 20, Layout.DEFAULT);
            store.createPool("secret");
        }
        try (CephStore store =
                CephStore.open(CephFixture.config().withUser("reader").withKeyring(reader))) {
            assertThat(store.images("vms")).hasSize(1);
            store.open(DISK, Access.READ_ONLY).close();

            BlockException create =
                    failure(Problem.ACCESS_DENIED, () -> store.create(new ImageSpec("vms", "new"), 1, Layout.DEFAULT));
            BlockException list = failure(Problem.ACCESS_DENIED, () -> store.images("secret"));

            assertThat(create)
                    .hasMessageContaining("creating image vms/new")
                    .hasMessageContaining("client.reader")
                    .hasMessageContaining("osd 'profile rbd pool=vms'");
            assertThat(list).hasMessageContaining("'secret'").hasMessageContaining("pool=secret");
        }
    }

    @ParameterizedTest
    @EnumSource(WhenFull.class)
    void aFullClusterFailsAWriteAtOnceOrAfterTheTimeoutAsConfigured(WhenFull whenFull) {
        try (CephStore store = CephStore.open(impatient().withWhenFull(whenFull))) {
            store.create(DISK, 64 << 20, Layout.DEFAULT);
            try (CephImage image = store.open(DISK, Access.READ_WRITE)) {
                image.write(0, ByteBuffer.wrap(new byte[] {7}));
                cluster.setFull(true);
                try {
                    BlockException failure = failure(
                            whenFull == WhenFull.FAIL ? Problem.NO_SPACE : Problem.UNREACHABLE,
                            () -> image.write(16 << 20, ByteBuffer.allocate(4096)));
                    assertThat(failure).hasMessageContaining("writing").hasMessageContaining("full");
                    ByteBuffer read = ByteBuffer.allocate(1);
                    image.read(0, read);
                    assertThat(read.get(0)).isEqualTo((byte) 7);
                } finally {
                    cluster.setFull(false);
                }
                image.write(16 << 20, ByteBuffer.allocate(4096));
            }
        }
    }

    @Test
    void anOsdThatHangsFailsRequestsAfterTheTimeoutAndServesThemAgainWhenItIsBack() {
        try (CephStore store = CephStore.open(impatient())) {
            store.create(DISK, 8 << 20, Layout.DEFAULT);
            try (CephImage image = store.open(DISK, Access.READ_WRITE)) {
                image.write(0, ByteBuffer.wrap(new byte[] {1}));
                cluster.pause("osd.0");
                try {
                    BlockException failure =
                            failure(Problem.UNREACHABLE, () -> image.read(0, ByteBuffer.allocate(4096)));
                    assertThat(failure).hasMessageContaining("reading").hasMessageContaining("within 2 s");
                } finally {
                    cluster.resume("osd.0");
                }
                ByteBuffer read = ByteBuffer.allocate(1);
                image.read(0, read);
                assertThat(read.get(0)).isEqualTo((byte) 1);
            }
        }
    }

    @Test
    void twoClustersAreUsedAtATime() throws IOException {
        Path elsewhere = Files.createTempDirectory("ceph");
        try (CephCluster second = CephCluster.start(elsewhere, CephCluster.Size.SMALL);
                CephStore one = CephStore.open(CephFixture.config());
                CephStore two = CephStore.open(CephConfig.DEFAULT.withConfigurationFile(second.configurationFile()))) {
            two.createPool("vms");
            one.create(DISK, 1, Layout.DEFAULT);
            two.create(DISK, 2, Layout.DEFAULT);

            assertThat(one.fsid()).isNotEqualTo(two.fsid());
            assertThat(one.info(DISK).size()).isEqualTo(1);
            assertThat(two.info(DISK).size()).isEqualTo(2);
        } finally {
            CephCluster.delete(elsewhere);
        }
    }
}
