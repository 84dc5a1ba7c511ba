package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SIGINT and SIGTERM end every command in order: nothing is half done, and nothing is left in the way. */
class SignalsIT {
    /** Slow enough that a signal always comes in the middle. */
    private static final String BANDWIDTH = "4M";

    private static final int IMAGE_BYTES = 64 << 20;

    @TempDir
    Path temp;

    private Berth berth;
    private Path socket;

    @BeforeEach
    void start() {
        berth = Berth.in(temp);
        socket = temp.resolve("nbd.sock");
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void executeStopsAndGoesOnLater(String signal, int status) throws Exception {
        Path source = Disks.raw(temp.resolve("source.raw"), IMAGE_BYTES, 100, 1);
        berth.ok("migration", "prepare", "--import-only", "--source-spec", Disks.rawSpec(source), "rbd/disk");
        try (BerthProcess execute =
                berth.start("migration", "execute", "--no-progress", "--bandwidth", BANDWIDTH, "rbd/disk")) {
            execute.await(() -> berth.usedBytes() > 8 << 20, "data in the store");
            execute.signal(signal);
            execute.end().endedWith(status);
        }

        berth.check();
        berth.assertStatus("rbd/disk").contains("state: executing");
        berth.ok("migration", "execute", "--no-progress", "rbd/disk");
        berth.ok("migration", "commit", "--no-progress", "rbd/disk");
        Disks.assertSame(berth.export("rbd/disk", temp.resolve("copy.raw")), source);
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void importRemovesItsHalfImage(String signal, int status) throws Exception {
        byte[] data = new byte[8 << 20];
        new Random(4).nextBytes(data);
        try (BerthProcess importing = berth.startReading("import", "--no-progress", "-", "rbd/disk")) {
            importing.input().write(data);
            importing.input().flush();
            importing.await(() -> berth.usedBytes() > 4 << 20, "data in the store");
            importing.signal(signal);
            importing.end().endedWith(status);
        }

        assertThat(berth.ok("ls").out()).isEmpty();
        berth.check();
        assertThat(berth.usedBytes()).isLessThan(4 << 20);
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void exportRemovesItsHalfFile(String signal, int status) throws Exception {
        Path source = Disks.raw(temp.resolve("source.raw"), 1L << 30, 20, 2);
        berth.ok("migration", "prepare", "--import-only", "--source-spec", Disks.rawSpec(source), "rbd/disk");
        Path file = temp.resolve("copy.raw");
        try (BerthProcess export = berth.start("export", "--no-progress", "rbd/disk", file.toString())) {
            export.await(() -> Files.exists(file) && Files.size(file) > 0, "file");
            export.signal(signal);
            export.end().endedWith(status);
        }

        assertThat(file).doesNotExist();
        berth.check();
    }

    @ParameterizedTest
    @CsvSource({"INT", "TERM"})
    void serversEndWithSuccessAndTakeTheirSocketsWithThem(String signal) throws Exception {
        Programs.require("qemu-io");
        berth.ok("create", "--size", "8M", "rbd/disk");
        Path pidFile = temp.resolve("pid");
        try (BerthProcess server =
                berth.start("serve", "--nbd-socket", socket.toString(), "--pid-file", pidFile.toString())) {
            server.awaitMessage("serving the store");
            Nbd.qemuIo(socket, "rbd/disk", "write -P 1 0 1M").succeeded();
            server.signal(signal);
            server.end().succeeded();
        }
        assertThat(socket).doesNotExist();
        assertThat(pidFile).doesNotExist();

        try (BerthProcess server = berth.serve("rbd/disk", socket)) {
            Nbd.qemuIo(socket, "rbd/disk", "read -P 1 0 1M", "write -P 2 0 1M").succeeded();
            server.signal(signal);
            server.end().succeeded();
        }
        assertThat(socket).doesNotExist();
        Nbd.qemuIoFile(berth.export("rbd/disk", temp.resolve("copy.raw")), "read -P 2 0 1M")
                .succeeded();
    }

    @Test
    void commandThatWorksThroughAServerIsCancelledAloneByItsSignal() throws Exception {
        Path source = Disks.raw(temp.resolve("source.raw"), IMAGE_BYTES, 100, 3);
        try (BerthProcess server = berth.start("serve")) {
            server.awaitMessage("serving the store");
            berth.ok("migration", "prepare", "--import-only", "--source-spec", Disks.rawSpec(source), "rbd/disk");
            try (BerthProcess execute =
                    berth.start("migration", "execute", "--no-progress", "--bandwidth", BANDWIDTH, "rbd/disk")) {
                execute.await(() -> berth.usedBytes() > 8 << 20, "data in the store");
                execute.signal("TERM");
                execute.end().endedWith(143);
            }
            assertThat(server.isAlive()).isTrue();
            berth.ok("migration", "abort", "--no-progress", "rbd/disk");
            assertThat(berth.ok("ls").out()).isEmpty();
            server.signal("TERM");
            server.end().succeeded();
        }
        berth.check();
    }
}
