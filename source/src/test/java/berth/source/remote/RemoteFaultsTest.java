package berth.source.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault of a server, with each protocol: the right failure, and never wrong data. */
final class RemoteFaultsTest {
    private static final int SIZE = 3 * RemoteStreams.CHUNK_BYTES + 77;
    private static final int ATTEMPTS = RemoteStreams.IMPATIENT.retry().attempts();

    private final byte[] file = new byte[SIZE];

    RemoteFaultsTest() {
        new Random(7).nextBytes(file);
    }

    static Stream<Arguments> faults() {
        return Stream.of(RemoteStreams.Kind.values())
                .flatMap(kind -> Arrays.stream(RemoteFault.values()).map(fault -> Arguments.of(kind, fault)));
    }

    static Stream<Arguments> passingFaults() {
        return faults().filter(arguments -> ((RemoteFault) arguments.get()[1]).passing());
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultThatStaysIsAFailureOfItsKind(RemoteStreams.Kind kind, RemoteFault fault) throws Exception {
        try (FaultyWebServer server = new FaultyWebServer(file);
                RemoteStream stream = kind.open(server.url())) {
            server.goWrong(fault, Integer.MAX_VALUE);
            ByteBuffer into = ByteBuffer.allocate(100);
            assertThatThrownBy(() -> stream.read(5000, into)).isInstanceOfSatisfying(BlockException.class, e -> {
                assertThat(e.problem()).as(e.getMessage()).isEqualTo(fault.problem());
                assertThat(e.errno()).as(e.getMessage()).isEqualTo(fault.errno());
                assertThat(e).hasMessageContaining(server.url()).message().doesNotContain("hush-hush");
            });
            assertThat(into.position()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("passingFaults")
    void aFaultThatPassesDoesNoHarm(RemoteStreams.Kind kind, RemoteFault fault) throws Exception {
        try (FaultyWebServer server = new FaultyWebServer(file);
                RemoteStream stream = kind.open(server.url())) {
            server.goWrong(fault, ATTEMPTS - 1);
            assertThat(read(stream, 5000, 100)).isEqualTo(Arrays.copyOfRange(file, 5000, 5100));
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void afterAFaultTheRightDataCanBeRead(RemoteStreams.Kind kind, RemoteFault fault) throws Exception {
        try (FaultyWebServer server = new FaultyWebServer(file);
                RemoteStream stream = kind.open(server.url())) {
            server.goWrong(fault, 1);
            try {
                read(stream, 0, SIZE);
            } catch (BlockException e) {
                assertThat(e.errno()).isEqualTo(fault.errno());
            }
            assertThat(read(stream, 0, SIZE)).isEqualTo(file);
        }
    }

    @ParameterizedTest
    @EnumSource(RemoteStreams.Kind.class)
    void validatorsAreThoseOfNow(RemoteStreams.Kind kind) throws Exception {
        try (FaultyWebServer server = new FaultyWebServer(file);
                RemoteStream stream = kind.open(server.url())) {
            assertThat(stream.validators())
                    .containsEntry("size", Integer.toString(SIZE))
                    .containsEntry("etag", "\"one\"")
                    .containsKey("last_modified");
            server.change();
            assertThat(stream.validators()).containsEntry("etag", "\"two\"");
            assertThatThrownBy(() -> read(stream, 1, 1)).hasMessageContaining("changed since it was opened");
        }
    }

    @ParameterizedTest
    @EnumSource(RemoteStreams.Kind.class)
    void requestsNameTheVersionThatIsWanted(RemoteStreams.Kind kind) throws Exception {
        try (FaultyWebServer server = new FaultyWebServer(file);
                RemoteStream stream = kind.open(server.url())) {
            read(stream, 9000, 10);
            assertThat(server.requests().getLast())
                    .containsEntry("range", "bytes=9000-9009")
                    .containsEntry("if-match", "\"one\"");
        }
    }

    /** A request that is answered with a head some bytes of which are wrong ends at once, with a failure or the file. */
    @ParameterizedTest
    @EnumSource(RemoteStreams.Kind.class)
    void aHeadOfGarbageNeverMakesWrongData(RemoteStreams.Kind kind) throws Exception {
        long seed = Long.getLong("berth.seed", System.nanoTime());
        Random random = new Random(seed);
        int failures = 0;
        for (int i = 0; i < 150; i++) {
            try (FaultyWebServer server = new FaultyWebServer(file)) {
                server.garble(random.nextLong());
                try (RemoteStream stream = kind.open(server.url())) {
                    assertThat(read(stream, 4000, 200))
                            .as("-Dberth.seed=%s", seed)
                            .isEqualTo(Arrays.copyOfRange(file, 4000, 4200));
                } catch (BlockException e) {
                    failures++;
                } catch (RuntimeException e) {
                    throw new AssertionError("-Dberth.seed=" + seed, e);
                }
            }
        }
        assertThat(failures).as("-Dberth.seed=%s", seed).isPositive();
    }

    private static byte[] read(RemoteStream stream, long offset, int length) {
        ByteBuffer into = ByteBuffer.allocate(length);
        stream.read(offset, into);
        return into.array();
    }
}
