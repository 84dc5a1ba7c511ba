package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two who want the same disk or the same store at the same time. */
class TwoWritersIT {
    private static final int BUSY = 16;

    @TempDir
    Path temp;

    private Berth berth;
    private Path socket;

    @BeforeEach
    void makeImage() throws IOException {
        Programs.require("qemu-io", "qemu-img");
        berth = Berth.in(temp);
        socket = temp.resolve("nbd.sock");
        berth.ok("create", "--size", "8M", "rbd/disk");
    }

    /** A {@code qemu-io} that has an export open for writing until it is closed. */
    private static final class OpenClient implements AutoCloseable {
        private final Process qemuIo;

        OpenClient(String format, String file) throws IOException {
            qemuIo = new ProcessBuilder("qemu-io", "-f", format, file)
                    .redirectErrorStream(true)
                    .start();
            OutputStream commands = qemuIo.getOutputStream();
            commands.write("write -P 7 0 4096\nflush\n".getBytes(StandardCharsets.US_ASCII));
            commands.flush();
            // It answers once it has opened the disk and written to it.
            String answer = new String(qemuIo.getInputStream().readNBytes(40), StandardCharsets.US_ASCII);
            assertThat(answer).contains("wrote 4096/4096");
        }

        @Override
        public void close() throws IOException {
            qemuIo.getOutputStream().close();
            Programs.await(qemuIo);
        }
    }

    @Test
    void sourceThatIsOpenForWritingIsNotMigrated() throws Exception {
        try (BerthProcess _ = berth.serve("rbd/disk", socket)) {
            try (OpenClient _ = new OpenClient("raw", Nbd.uri(socket, "rbd/disk"))) {
                Outcome refused = berth.run("migration", "prepare", "rbd/disk", "rbd/target");

                assertThat(refused.endedWith(BUSY).err())
                        .contains("preparing migration failed: (16) Device or resource busy");
            }
            berth.ok("migration", "prepare", "rbd/disk", "rbd/target");
        }
        berth.check();
    }

    @Test
    void targetThatIsOpenForWritingIsNotAborted() throws Exception {
        berth.ok("migration", "prepare", "rbd/disk", "rbd/target");
        try (BerthProcess _ = berth.serve("rbd/target", socket)) {
            try (OpenClient _ = new OpenClient("raw", Nbd.uri(socket, "rbd/target"))) {
                Outcome refused = berth.run("migration", "abort", "rbd/target");

                assertThat(refused.endedWith(BUSY).err())
                        .contains("aborting migration failed: (16) Device or resource busy");
            }
            berth.ok("migration", "abort", "rbd/target");
        }
        assertThat(berth.ok("ls").out()).isEqualTo("disk\n");
        berth.check();
    }

    @Test
    void migratedSourceCannotBeOpenedAgain() throws Exception {
        berth.ok("migration", "prepare", "rbd/disk", "rbd/target");

        Outcome refused = berth.run("nbd", "serve", "rbd/disk", "--socket", socket.toString());

        assertThat(refused.endedWith(2).err()).contains("No such file or directory");
    }

    @Test
    void commandsAtTheSameTimeAllTakeEffect() throws Exception {
        int commands = 6;
        BerthProcess[] running = new BerthProcess[commands];
        for (int i = 0; i < commands; i++) {
            running[i] = berth.start("create", "--size", "1M", "rbd/image" + i);
        }
        for (BerthProcess process : running) {
            process.end().succeeded();
        }

        assertThat(berth.ok("ls").out()).isEqualTo("disk\nimage0\nimage1\nimage2\nimage3\nimage4\nimage5\n");
        berth.check();
    }

    @Test
    void ofTwoThatCreateTheSameImageOneIsRefused() throws Exception {
        BerthProcess one = berth.start("create", "--size", "1M", "rbd/same");
        BerthProcess other = berth.start("create", "--size", "2M", "rbd/same");

        assertThat(new int[] {one.end().status(), other.end().status()}).containsExactlyInAnyOrder(0, 17);
        berth.check();
    }

    @Test
    void secondProcessWorksThroughTheOneThatOwnsTheStore() throws Exception {
        try (BerthProcess owner = berth.serve("rbd/disk", socket)) {
            Nbd.qemuIo(socket, "rbd/disk", "write -P 3 0 64k").succeeded();
            berth.ok("snap", "create", "--no-progress", "rbd/disk@s");
            Nbd.qemuIo(socket, "rbd/disk", "write -P 4 0 64k").succeeded();

            assertThat(berth.ok("snap", "ls", "rbd/disk").out()).contains(" s ");
            Path file = berth.export("rbd/disk@s", temp.resolve("s.raw"));
            Nbd.qemuIoFile(file, "read -P 3 0 64k").succeeded();
            assertThat(owner.isAlive()).isTrue();
        }
    }

    @Test
    void secondServerForTheSameStoreIsRefused() throws Exception {
        Path nbd = temp.resolve("other.sock");
        try (BerthProcess owner = berth.start("serve", "--nbd-socket", socket.toString())) {
            owner.awaitMessage("serving the store");

            Outcome refused = berth.run("serve", "--nbd-socket", nbd.toString());

            assertThat(refused.endedWith(BUSY).err()).contains("owned by process " + owner.pid());
            Nbd.qemuIo(socket, "rbd/disk", "write -P 3 0 64k").succeeded();
        }
    }

    @Test
    void instanceWhoseDiskQemuHoldsIsNotMoved() throws Exception {
        Path instance = SampleInstance.copyTo(temp.resolve("instances"));
        Path disk = instance.resolve("disk");
        try (OpenClient _ = new OpenClient("qcow2", disk.toString())) {
            Outcome refused = berth.run("instance", "migrate", instance.toString());

            assertThat(refused.endedWith(BUSY).toString()).contains("QEMU's image lock is held", "shut the instance");
        }
        assertThat(berth.ok("instance", "migrate", "--no-progress", instance.toString())
                        .out())
                .contains("moved");
        berth.check();
    }
}
