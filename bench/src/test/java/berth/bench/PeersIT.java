package berth.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The instruments themselves, on programs whose speed is known to be positive: qemu-nbd, nbdkit and fio. */
class PeersIT {
    @TempDir
    Path directory;

    @BeforeEach
    void requirePeers() {
        for (String program : List.of("qemu-nbd", "qemu-img", "qemu-io", "nbdkit", "fio")) {
            assumeTrue(Programs.isInstalled(program), program + " is not installed");
        }
    }

    @Test
    void twoServersAreComparedAndStopped() {
        Path disk = directory.resolve("disk.raw");
        Programs.run("qemu-img", "create", "-q", "-f", "raw", disk.toString(), "64M");
        Path qemuSocket = directory.resolve("qemu.sock");
        Path nbdkitSocket = directory.resolve("nbdkit.sock");
        List<String> qemu = List.of("qemu-nbd", "-f", "raw", "-t", "-k", qemuSocket.toString(), disk.toString());
        List<String> nbdkit = List.of("nbdkit", "-f", "-U", nbdkitSocket.toString(), "file", disk.toString());
        Fio job = new Fio("randread", 4096, 8);
        try (Daemon _ = Daemon.start(qemu, qemuSocket, directory.resolve("qemu.log"));
                Daemon second = Daemon.start(nbdkit, nbdkitSocket, directory.resolve("nbdkit.log"))) {
            Sides<Series> rates = Sides.takeTurns(
                    1,
                    new Sides<>(
                            round -> job.run(Fio.Disk.nbd("nbd+unix:///?socket=" + qemuSocket), 1, round),
                            round -> job.run(Fio.Disk.nbd("nbd+unix:///?socket=" + nbdkitSocket), 1, round)));
            assertThat(rates.berth().median()).isPositive();
            assertThat(rates.peer().median()).isPositive();
            assertThat(second.residentMib()).isBetween(0.5, 500.0);
        }
        assertThatThrownBy(() -> job.run(Fio.Disk.nbd("nbd+unix:///?socket=" + qemuSocket), 1, 0))
                .isInstanceOf(BenchException.class);
    }

    @Test
    void thePeersDiskHasEverySecondClusterInItsUpperLayer() {
        try (QemuDisk disk = new QemuDisk(new Workbench(directory, Path.of("unused"), 1, 1))) {
            assertThat(allocated("overlay.qcow2")).isBetween(LayeredDisk.SIZE / 2, LayeredDisk.SIZE * 52 / 100);
            assertThat(allocated("base.raw")).isBetween(LayeredDisk.SIZE, LayeredDisk.SIZE * 101 / 100);
            disk.reset();
            assertThat(allocated("overlay.qcow2")).isBetween(LayeredDisk.SIZE / 2, LayeredDisk.SIZE * 52 / 100);
        }
    }

    @Test
    void aConnectionWritesToTheExportItOpened() throws IOException {
        Path disk = directory.resolve("disk.raw");
        Programs.run("qemu-img", "create", "-q", "-f", "raw", disk.toString(), "1M");
        Path socket = directory.resolve("qemu.sock");
        List<String> command = List.of("qemu-nbd", "-f", "raw", "-t", "-x", "pool/a", "-k", "" + socket, "" + disk);
        try (Daemon _ = Daemon.start(command, socket, directory.resolve("log"))) {
            try (NbdClient client = NbdClient.open(socket, "pool/a")) {
                client.write(4096, new byte[] {1, 2, 3, 4});
            }
            assertThatThrownBy(() -> NbdClient.open(socket, "pool/b")).isInstanceOf(BenchException.class);
        }
        assertThat(Arrays.copyOfRange(Files.readAllBytes(disk), 4095, 4101)).containsExactly(0, 1, 2, 3, 4, 0);
    }

    @Test
    void aServerThatEndsEarlyIsReportedWithWhatItSaid() {
        Path socket = directory.resolve("none.sock");
        List<String> command = List.of("qemu-nbd", "--no-such-option", "-k", socket.toString());
        assertThatThrownBy(() -> Daemon.start(command, socket, directory.resolve("log")))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("no-such-option");
    }

    private long allocated(String file) {
        String path = directory.resolve(file).toString();
        String[] words = Programs.run("du", "--block-size=1", path).output().split("\\s", 2);
        return Long.parseLong(words[0]);
    }
}
