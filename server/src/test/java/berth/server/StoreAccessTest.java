package berth.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class StoreAccessTest {
    private final ScriptHandler handler = new ScriptHandler();
    private final ScriptHandler unused = new ScriptHandler();

    @TempDir
    Path temp;

    @Test
    void aFreeStoreIsOwnedForTheCommandAndThenClosed() {
        TestClient client = new TestClient(temp, handler);
        assertThat(client.run("describe", "a")).isEqualTo(7);
        assertThat(client.text()).isEqualTo("[describe, a] /some/where {TZ=UTC} false false\n");
        assertThat(handler.closed).hasValue(1);
        assertThat(temp.resolve("control.sock")).doesNotExist();
    }

    @Test
    void anOwnedStoreIsWorkedOnThroughItsOwnerWithTheSameResult() throws Exception {
        try (RunningOwner _ = new RunningOwner(temp)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve("control.sock"))))
                    .isEqualTo("rw-------");
            TestClient client = new TestClient(temp, unused);
            assertThat(client.run("describe", "a")).isEqualTo(7);
            assertThat(client.text()).isEqualTo("[describe, a] /some/where {TZ=UTC} false true\n");
            assertThat(client.err.toString(StandardCharsets.UTF_8)).isEqualTo("on stderr");
        }
        assertThat(unused.closed).hasValue(0);
    }

    @Test
    void manyCommandsWorkThroughTheOwnerAtOnce() throws Exception {
        try (RunningOwner _ = new RunningOwner(temp)) {
            List<CompletableFuture<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 2 * ControlServer.MAX_SESSIONS; i++) {
                results.add(new TestClient(temp, unused).start("describe"));
            }
            for (CompletableFuture<Integer> result : results) {
                assertThat(result.get()).isEqualTo(7);
            }
        }
    }

    @Test
    void anOwnerWhoseCommandEndedStaysForTheCommandsOfOthers() throws Exception {
        try (PipedOutputStream keys = new PipedOutputStream()) {
            TestClient owner = new TestClient(temp, "test", handler, new PipedInputStream(keys));
            CompletableFuture<Integer> owning = owner.start("read");
            owner.awaitText("reading");
            TestClient other = new TestClient(temp, unused);
            CompletableFuture<Integer> working = other.start("wait");
            other.awaitText("waiting");
            keys.write('x');
            keys.flush();
            while (handler.running.get() > 1) {
                Thread.sleep(5);
            }
            assertThat(owning).isNotDone();
            assertThat(new TestClient(temp, unused).run("describe")).isEqualTo(7);
            other.cancellation.cancel();
            assertThat(working.get()).isEqualTo(125);
            assertThat(owning.get()).isZero();
            assertThat(handler.closed).hasValue(1);
        }
    }

    @Test
    void cancellingTheOwnerEndsTheCommandsOfOthers() throws Exception {
        RunningOwner owner = new RunningOwner(temp);
        TestClient other = new TestClient(temp, unused);
        CompletableFuture<Integer> working = other.start("wait");
        other.awaitText("waiting");
        owner.close();
        assertThat(working.get()).isEqualTo(125);
    }

    @Test
    void cancellingAClientEndsItsCommandEvenWhileItWaitsForInput() throws Exception {
        try (RunningOwner _ = new RunningOwner(temp);
                PipedOutputStream keys = new PipedOutputStream()) {
            TestClient client = new TestClient(temp, "test", unused, new PipedInputStream(keys));
            CompletableFuture<Integer> reading = client.start("read");
            client.awaitText("reading");
            client.cancellation.cancel();
            assertThat(reading.get()).isEqualTo(5);
        }
    }

    @Test
    void aClientThatVanishesEndsItsCommand() throws Exception {
        try (RunningOwner owner = new RunningOwner(temp)) {
            Process client = OwnerProcess.start(temp, "wait");
            assertThat(client.inputReader().readLine()).isEqualTo("waiting");
            assertThat(owner.handler.running).hasValue(2);
            client.destroyForcibly().waitFor();
            while (owner.handler.running.get() > 1) {
                Thread.sleep(5);
            }
        }
    }

    @Test
    void anOwnerThatIsKilledIsReplacedAtOnce() throws Exception {
        Process owner = OwnerProcess.start(temp, "wait");
        assertThat(owner.inputReader().readLine()).isEqualTo("waiting");
        TestClient cut = new TestClient(temp, unused);
        CompletableFuture<Integer> working = cut.start("wait");
        cut.awaitText("waiting");
        owner.destroyForcibly().waitFor();
        assertThatThrownBy(working::get)
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("ended while the command ran");
        assertThat(temp.resolve("control.sock")).exists();
        TestClient next = new TestClient(temp, handler);
        assertThat(next.run("describe")).isEqualTo(7);
        assertThat(next.text()).endsWith("false false\n");
    }

    @Test
    void twoProcessesThatStartTogetherBothGetTheirResult() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(OwnerProcess.start(temp, "describe"));
        }
        for (Process process : processes) {
            process.inputReader().readAllAsString();
            assertThat(process.waitFor()).isEqualTo(7);
        }
    }

    @Test
    void anotherVersionIsRefusedAndNamesTheOwner() throws Exception {
        try (RunningOwner _ = new RunningOwner(temp)) {
            TestClient client = new TestClient(temp, "0.9", unused, InputStream.nullInputStream());
            assertThatThrownBy(() -> client.run("describe"))
                    .isInstanceOf(BlockException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("berth test")
                    .hasMessageContaining("berth 0.9");
        }
    }

    @Test
    void aLockWithoutASocketIsWaitedForAndReportedWithTheProcess() throws Exception {
        try (StoreLock _ = StoreLock.tryTake(new StoreDirectory(temp)).orElseThrow()) {
            TestClient client = new TestClient(temp, unused);
            CompletableFuture<Integer> result = client.start("describe");
            assertThatThrownBy(result::get)
                    .hasCauseInstanceOf(BlockException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
            assertThat(((BlockException) result.exceptionNow()).problem()).isEqualTo(Problem.STORE_LOCKED);
            assertThat(client.err.toString(StandardCharsets.UTF_8))
                    .isEqualTo("berth: waiting for process "
                            + ProcessHandle.current().pid() + ", which owns the store\n");
        }
    }

    @Test
    void aCommandThatWaitsForALockCanBeCancelled() throws Exception {
        try (StoreLock _ = StoreLock.tryTake(new StoreDirectory(temp)).orElseThrow()) {
            TestClient client = new TestClient(temp, unused);
            CompletableFuture<Integer> result = client.start("describe");
            client.cancellation.cancel();
            assertThatThrownBy(result::get).hasMessageContaining("cancelled");
        }
    }

    @Test
    void aDirectoryWithALongNameWorksTheSame() throws Exception {
        Path deep = Files.createDirectories(temp.resolve("x".repeat(150)));
        try (RunningOwner _ = new RunningOwner(deep)) {
            assertThat(new TestClient(deep, unused).run("describe")).isEqualTo(7);
        }
    }

    @Test
    void nonsenseOnTheSocketHarmsNobody() throws Exception {
        try (RunningOwner _ = new RunningOwner(temp)) {
            for (String nonsense : List.of("GET / HTTP/1.0\r\n\r\n", "", "H\u0000\u0000\u0000\u0005hello", "HHHH")) {
                try (SocketChannel socket = ControlSocket.connect(temp.resolve("control.sock"), _ -> {})) {
                    socket.write(java.nio.ByteBuffer.wrap(nonsense.getBytes(StandardCharsets.UTF_8)));
                }
            }
            assertThat(new TestClient(temp, unused).run("describe")).isEqualTo(7);
        }
    }

    @Test
    void inputIsNotTouchedByACommandThatDoesNotRead() throws Exception {
        try (RunningOwner _ = new RunningOwner(temp)) {
            InputStream untouched = new ByteArrayInputStream(new byte[10]);
            assertThat(new TestClient(temp, "test", unused, untouched).run("describe"))
                    .isEqualTo(7);
            assertThat(untouched.available()).isEqualTo(10);
        }
    }
}
