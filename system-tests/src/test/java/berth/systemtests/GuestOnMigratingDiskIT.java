package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import berth.systemtests.guest.RecordWriter;
import berth.systemtests.guest.TinyGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest runs on a disk, and writes to it, while the disk is migrated under it and committed. */
class GuestOnMigratingDiskIT {
    private static final long DISK_BYTES = 64L << 20;
    private static final long FIRST_BLOCK = 512;
    private static final long BLOCKS = 9001;
    private static final RecordWriter WRITER = new RecordWriter(FIRST_BLOCK, BLOCKS, 0);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    Path temp;

    @Test
    void everyAcknowledgedRecordIsThereAndTheRestIsTheSource() throws Exception {
        Programs.require("qemu-img", "qemu-io");
        Path overlay = Disks.overlay(temp, DISK_BYTES, 11);
        Path expected = Disks.converted(overlay, temp.resolve("expected.raw"));
        Berth berth = Berth.in(temp);
        Path socket = temp.resolve("nbd.sock");
        berth.ok("migration", "prepare", "--import-only", "--source-spec", Disks.qcow2Spec(overlay), "rbd/disk");

        long acknowledged;
        try (BerthProcess server = berth.serve("rbd/disk", socket);
                TinyGuest guest = TinyGuest.boot(
                        temp.resolve("guest"), WRITER.script(), TinyGuest.Disk.nbd(socket, "rbd/disk"))) {
            WRITER.awaitRecord(guest, 5, PATIENCE);
            try (BerthProcess execute =
                    berth.start("migration", "execute", "--no-progress", "--bandwidth", "16M", "rbd/disk")) {
                writeSomeMore(guest, 10);
                assertThat(execute.isAlive())
                        .as("the guest wrote while the disk was being copied")
                        .isTrue();
                execute.end().succeeded();
            }
            writeSomeMore(guest, 5);
            berth.ok("migration", "commit", "--no-progress", "rbd/disk");
            writeSomeMore(guest, 5);
            assertThat(guest.isAlive()).isTrue();
            guest.pullPlug();

            acknowledged = WRITER.acknowledged(guest);
            assertThat(WRITER.badInGuest(guest)).isEmpty();
            server.signal("TERM");
            server.end().succeeded();
        }

        Path copy = berth.export("rbd/disk", temp.resolve("copy.raw"));
        Disks.assertHolds(copy, WRITER, acknowledged, expected);
        assertThat(receipts(berth)).hasSize(1);
        berth.assertStatus("rbd/disk").doesNotContain("Migration:");
        berth.check();
    }

    private static void writeSomeMore(TinyGuest guest, int records) throws IOException {
        WRITER.awaitRecord(guest, WRITER.acknowledged(guest) + records, PATIENCE);
    }

    private static List<Path> receipts(Berth berth) throws IOException {
        try (Stream<Path> files = Files.list(berth.store().resolve("receipts"))) {
            return files.toList();
        }
    }
}
