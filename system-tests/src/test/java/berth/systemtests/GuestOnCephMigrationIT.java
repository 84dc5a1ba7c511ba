package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import berth.systemtests.guest.RecordWriter;
import berth.systemtests.guest.TinyGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A guest runs on an RBD image that librbd fills from Berth, and Berth is killed in the middle of that. */
class GuestOnCephMigrationIT {
    private static final int REFUSED = 111;
    private static final int RESET = 104;
    private static final long DISK_BYTES = 384L << 20;
    /** Records hop over the whole disk, so that they need what has not been copied yet. */
    private static final RecordWriter WRITER = new RecordWriter(512, 97_001, 0);

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    static Path temp;

    @AutoClose
    private static CephLab lab;

    private static Path overlay;
    private static Path expected;

    @BeforeAll
    static void start() throws IOException {
        lab = new CephLab(temp, "cluster", "vms");
        overlay = Disks.overlay(temp, DISK_BYTES, 19);
        expected = Disks.converted(overlay, temp.resolve("expected.raw"));
    }

    private static void writeSomeMore(TinyGuest guest, int records) throws IOException {
        WRITER.awaitRecord(guest, WRITER.acknowledged(guest) + records, PATIENCE);
    }

    /** Left to itself, QEMU uses librbd's cache, which tells the guest of writes that they are done when they are not. */
    @ParameterizedTest
    @CsvSource({"vms/cached, ''", "vms/direct, ',cache.direct=on'"})
    void guestIsStoppedWhileItsSourceIsAwayAndLosesNothing(String image, String cache) throws Exception {
        Path directory = Files.createTempDirectory(temp, "guest");
        long acknowledged;
        try (BerthProcess publisher = lab.prepare(Disks.qcow2Spec(overlay), image);
                TinyGuest guest = TinyGuest.boot(
                        directory,
                        WRITER.script(),
                        TinyGuest.Disk.rbd(image, lab.cluster().configurationFile(), cache))) {
            WRITER.awaitRecord(guest, 5, PATIENCE);
            try (BerthProcess execute = lab.start("migration", "execute", "--no-progress", image)) {
                execute.await(() -> lab.cluster().rbd("status", image).contains("executing"), "copying");
                publisher.killHard();
                Outcome ended = execute.end();
                assertThat(ended.status())
                        .as("%s", ended)
                        .isIn(REFUSED, RESET); // A connection that there was is reset.
                assertThat(ended.err()).contains("berth http serve --migrations");
            }
            guest.awaitStop(PATIENCE);

            try (BerthProcess again = lab.serveAgain()) {
                again.awaitMessage("serving the source of " + image);
                guest.goOn();
                writeSomeMore(guest, 5);
                lab.ok("migration", "execute", "--no-progress", image);
                writeSomeMore(guest, 5);
            }
            lab.ok("migration", "commit", "--no-progress", image);
            writeSomeMore(guest, 5);
            guest.pullPlug();
            acknowledged = WRITER.acknowledged(guest);
            assertThat(WRITER.badInGuest(guest)).isEmpty();
        }

        Disks.assertHolds(lab.export(image), WRITER, acknowledged, expected);
        assertThat(lab.cluster().rbd("image-meta", "ls", image)).doesNotContain("berth", "cache");
    }
}
