package berth.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import berth.block.ImageSpec;
import berth.block.Problem;
import berth.migration.CopyStatus;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.RandomAccessFile;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Moves of instances, beside QEMU's own programs. */
class InstanceMoveIT {
    private static final int CHUNK_BYTES = 4 << 20;

    @TempDir
    Path temp;

    @BeforeEach
    void requireQemu() {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-io")), "QEMU's tools are not installed");
    }

    @Test
    void movedDiskHasTheBytesThatQemuReads() throws Exception {
        try (Lab lab = new Lab(temp)) {
            Path raw = temp.resolve("expected.raw");
            run(
                    "qemu-img",
                    "convert",
                    "-O",
                    "raw",
                    lab.instance().resolve("disk").toString(),
                    raw.toString());

            InstanceReport report =
                    lab.instances().move(InstanceRequest.of(lab.instance()), MoveOptions.DEFAULT, MoveListener.NONE);

            assertThat(report.outcome()).isEqualTo(InstanceReport.Outcome.MOVED);
            try (RandomAccessFile expected = new RandomAccessFile(raw.toFile(), "r")) {
                assertThat(expected.length())
                        .isEqualTo(lab.store().info(Lab.IMAGE).size());
                byte[] bytes = new byte[CHUNK_BYTES];
                for (long at = 0; at < expected.length(); at += CHUNK_BYTES) {
                    expected.seek(at);
                    expected.readFully(bytes);
                    assertThat(lab.read(Lab.IMAGE, at, CHUNK_BYTES))
                            .as("bytes from %d on", at)
                            .isEqualTo(bytes);
                }
            }
        }
    }

    @Test
    void instanceThatQemuRunsIsRefusedAndMovesOnceItIsShutDown() throws Exception {
        try (Lab lab = new Lab(temp)) {
            Process qemu = hold(lab.instance().resolve("disk"));
            try {
                InstanceReport refused = lab.instances()
                        .move(InstanceRequest.of(lab.instance()), MoveOptions.DEFAULT, MoveListener.NONE);

                assertThat(refused.failure().orElseThrow().problem()).isEqualTo(Problem.IMAGE_IN_USE);
                assertThat(refused.text())
                        .contains(
                                "QEMU's image lock is held",
                                "process " + qemu.pid() + " (qemu-io)",
                                "shut the instance");
                assertThat(lab.store().pools()).isEmpty();
            } finally {
                qemu.destroyForcibly().waitFor();
            }
            assertThat(lab.instances()
                            .move(InstanceRequest.of(lab.instance()), MoveOptions.DEFAULT, MoveListener.NONE)
                            .outcome())
                    .isEqualTo(InstanceReport.Outcome.MOVED);
        }
    }

    @Test
    void instanceCannotBeStartedWhileItIsBeingMoved() throws Exception {
        try (Lab lab = new Lab(temp)) {
            String[] said = {""};
            MoveListener starter = new MoveListener() {
                @Override
                public boolean copying(ImageSpec target, CopyStatus status) {
                    if (said[0].isEmpty()) {
                        said[0] = tryToWrite(lab.instance().resolve("disk"));
                    }
                    return true;
                }
            };

            InstanceReport report =
                    lab.instances().move(InstanceRequest.of(lab.instance()), MoveOptions.DEFAULT, starter);

            assertThat(said[0]).contains("Failed to get \"write\" lock");
            assertThat(report.outcome()).isEqualTo(InstanceReport.Outcome.MOVED);
        }
    }

    private static String tryToWrite(Path disk) {
        try {
            return run("qemu-io", "-f", "qcow2", "-c", "write 0 4096", disk.toString());
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static Process hold(Path disk) throws IOException {
        Process holder = new ProcessBuilder("qemu-io", "-f", "qcow2", disk.toString())
                .redirectErrorStream(true)
                .start();
        Writer commands = new OutputStreamWriter(holder.getOutputStream(), StandardCharsets.UTF_8);
        commands.write("help\n");
        commands.flush();
        // It answers once it has opened the disk.
        assertThat(holder.getInputStream().readNBytes(40)).hasSize(40);
        return holder;
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
