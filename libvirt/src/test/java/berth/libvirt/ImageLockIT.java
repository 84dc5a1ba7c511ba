package berth.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import berth.block.BlockException;
import berth.block.Problem;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.RandomAccessFile;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image lock against QEMU's own programs. */
class ImageLockIT {
    @TempDir
    Path temp;

    private Path disk;
    private Process holder;

    @BeforeEach
    void makeDisk() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-io")), "QEMU's tools are not installed");
        disk = temp.resolve("disk");
        assertThat(Programs.run("qemu-img", "create", "-q", "-f", "qcow2", disk.toString(), "1M"))
                .isEmpty();
    }

    @AfterEach
    void endHolder() throws Exception {
        if (holder != null) {
            holder.destroyForcibly().waitFor();
        }
    }

    @Test
    void writerIsFoundByItsLockAndByItsName() throws Exception {
        hold("qemu-io", "-f", "qcow2", disk.toString());

        assertThat(ImageLock.writers(disk))
                .containsExactlyInAnyOrder(
                        new DiskUse.ImageLocked(), new DiskUse.OpenForWriting(holder.pid(), "qemu-io"));
        assertThatThrownBy(() -> ImageLock.acquire(disk)).isInstanceOfSatisfying(BlockException.class, e -> {
            assertThat(e.problem()).isEqualTo(Problem.IMAGE_IN_USE);
            assertThat(e.blockers()).contains("process " + holder.pid() + " (qemu-io) has it open for writing");
            assertThat(e).hasMessageContaining("disk is in use: QEMU's image lock is held by a writer; process ");
        });
    }

    @Test
    void idleGuestHoldsItsDisk() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/qemu-system-x86_64")), "QEMU is not installed");
        hold(
                "qemu-system-x86_64",
                "-accel",
                "tcg",
                "-display",
                "none",
                "-nodefaults",
                "-S",
                "-monitor",
                "stdio",
                "-drive",
                "file=" + disk + ",format=qcow2,if=virtio");

        assertThat(ImageLock.writers(disk)).contains(new DiskUse.ImageLocked());
    }

    @Test
    void readersDoNotStandInTheWay() throws Exception {
        hold("qemu-io", "-r", "-f", "qcow2", disk.toString());

        assertThat(ImageLock.writers(disk)).isEmpty();
        ImageLock.acquire(disk).close();
    }

    @Test
    void lockOfAnEndedWriterIsGone() throws Exception {
        hold("qemu-io", "-f", "qcow2", disk.toString());
        holder.destroyForcibly().waitFor();

        assertThat(ImageLock.writers(disk)).isEmpty();
    }

    @Test
    void writerWithoutQemusLocksIsFoundByItsDescriptor() throws Exception {
        hold("qemu-io", "--image-opts", "driver=qcow2,file.driver=file,file.locking=off,file.filename=" + disk);

        assertThat(ImageLock.writers(disk)).containsExactly(new DiskUse.OpenForWriting(holder.pid(), "qemu-io"));
        assertThatThrownBy(() -> ImageLock.acquire(disk)).hasMessageContaining("(qemu-io) has it open for writing");
    }

    @Test
    void descriptorOfThisProcessThatCanWriteCounts() throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            assertThat(file.getFD().valid()).isTrue();
            assertThat(ImageLock.writers(disk))
                    .extracting(DiskUse::describe)
                    .singleElement()
                    .asString()
                    .startsWith("process " + ProcessHandle.current().pid() + " (");
        }
        assertThat(ImageLock.writers(disk)).isEmpty();
    }

    @Test
    void whileHeldQemuMayReadButNotWrite() throws Exception {
        String write = "write -P 1 0 4096";
        try (ImageLock lock = ImageLock.acquire(disk)) {
            assertThat(lock).isNotNull();
            assertThat(Programs.run("qemu-io", "-f", "qcow2", "-c", write, disk.toString()))
                    .contains("Failed to get \"write\" lock");
            assertThat(Programs.run("qemu-io", "-r", "-f", "qcow2", "-c", "read 0 4096", disk.toString()))
                    .contains("read 4096/4096 bytes");
        }
        assertThat(Programs.run("qemu-io", "-f", "qcow2", "-c", write, disk.toString()))
                .contains("wrote 4096/4096 bytes");
    }

    @Test
    void missingFileIsNamed() {
        assertThatThrownBy(() -> ImageLock.acquire(temp.resolve("none")))
                .isInstanceOfSatisfying(
                        BlockException.class, e -> assertThat(e.problem()).isEqualTo(Problem.SOURCE_NOT_FOUND));
    }

    /** Starts a program that reads commands, and waits until it answers: by then it has opened the disk. */
    private void hold(String... command) throws IOException {
        holder = new ProcessBuilder(command).redirectErrorStream(true).start();
        Writer commands = new OutputStreamWriter(holder.getOutputStream(), StandardCharsets.UTF_8);
        commands.write("help\n");
        commands.flush();
        String answer = new String(holder.getInputStream().readNBytes(40), StandardCharsets.UTF_8);
        assertThat(answer).doesNotContain("Could not open", "Failed");
    }
}
