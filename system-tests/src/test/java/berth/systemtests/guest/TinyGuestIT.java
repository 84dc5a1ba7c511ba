package berth.systemtests.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guest itself, on disks that have nothing to do with Berth: what it says has to be true before others use it. */
class TinyGuestIT {
    private static final long DISK_BYTES = 16L << 20;
    private static final RecordWriter ENDLESS = new RecordWriter(256, 1000, 0);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path temp;

    private Path disk;

    @BeforeEach
    void makeDisk() throws IOException {
        disk = temp.resolve("disk.raw");
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(DISK_BYTES);
        }
    }

    @Test
    void acknowledgedRecordsAreOnAFileAfterThePlugWasPulled() throws Exception {
        try (TinyGuest guest = TinyGuest.boot(temp.resolve("guest"), ENDLESS.script(), TinyGuest.Disk.rawFile(disk))) {
            ENDLESS.awaitRecord(guest, 40, PATIENCE);
            guest.pullPlug();

            long acknowledged = ENDLESS.acknowledged(guest);
            assertThat(acknowledged).isGreaterThanOrEqualTo(40);
            assertThat(ENDLESS.badInGuest(guest)).isEmpty();
            assertThat(ENDLESS.compare(acknowledged, this::read)).isEmpty();
        }
    }

    @Test
    void lostRecordIsNoticed() throws Exception {
        RecordWriter five = new RecordWriter(0, 100, 5);
        try (TinyGuest guest = TinyGuest.boot(temp.resolve("guest"), five.script(), TinyGuest.Disk.rawFile(disk))) {
            assertThat(guest.awaitEnd(PATIENCE)).isZero();
            assertThat(five.acknowledged(guest)).isEqualTo(5);
            assertThat(five.compare(5, this::read)).isEmpty();
        }
        long blockOfRecord2 = 2 * 7919 % 100;
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.seek(blockOfRecord2 * RecordWriter.RECORD_BYTES + 4000);
            file.write('x');
        }
        assertThat(five.compare(5, this::read)).singleElement().asString().contains("should hold record 2");
    }

    @Test
    void diskCanBeAnNbdExport() throws Exception {
        Path socket = temp.resolve("nbd.sock");
        Process server = new ProcessBuilder(
                        "qemu-nbd", "-t", "-f", "raw", "-x", "pool/image", "-k", socket.toString(), disk.toString())
                .inheritIO()
                .start();
        try {
            while (Files.notExists(socket) && server.isAlive()) {
                Thread.sleep(20);
            }
            try (TinyGuest guest =
                    TinyGuest.boot(temp.resolve("guest"), ENDLESS.script(), TinyGuest.Disk.nbd(socket, "pool/image"))) {
                ENDLESS.awaitRecord(guest, 20, PATIENCE);
                guest.pullPlug();
                assertThat(ENDLESS.compare(ENDLESS.acknowledged(guest), this::read))
                        .isEmpty();
            }
        } finally {
            server.destroyForcibly().waitFor();
        }
    }

    @Test
    void guestThatCannotHaveItsDiskSaysWhy() {
        assertThatThrownBy(() ->
                        TinyGuest.boot(temp.resolve("guest"), "true", TinyGuest.Disk.rawFile(temp.resolve("none"))))
                .hasMessageContaining("No such file or directory");
    }

    private byte[] read(long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "r")) {
            file.seek(offset);
            file.readFully(bytes);
        }
        return bytes;
    }
}
