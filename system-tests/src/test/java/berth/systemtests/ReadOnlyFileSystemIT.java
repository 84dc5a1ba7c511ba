package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store on a file system that is mounted read-only: the error says so, and nothing is lost. */
class ReadOnlyFileSystemIT {
    private static final int READ_ONLY = 30;

    @TempDir
    Path temp;

    private Berth berth;
    private MountedTmpfs disk;

    @BeforeAll
    static void requirePeers() {
        Programs.require("mount", "umount");
        Programs.requireRoot();
    }

    @BeforeEach
    void mount() throws IOException {
        disk = MountedTmpfs.at(temp.resolve("disk"), "64M");
        berth = new Berth(disk.directory().resolve("store"), temp);
    }

    @AfterEach
    void unmount() throws IOException {
        disk.close();
    }

    @Test
    void commandsSayWhatIsWrongAndTheStoreIsWholeAfterwards() throws Exception {
        Path source = Disks.raw(temp.resolve("source.raw"), 8 << 20, 50, 30);
        berth.ok("import", "--no-progress", source.toString(), "rbd/disk");
        disk.remount("ro");

        for (List<String> command : List.of(
                List.of("create", "--size", "1M", "rbd/other"),
                List.of("snap", "create", "--no-progress", "rbd/disk@s"),
                List.of("migration", "prepare", "rbd/disk", "rbd/moved"),
                List.of("rm", "--no-progress", "rbd/disk"))) {
            Outcome refused = berth.run(command.toArray(String[]::new));
            assertThat(refused.endedWith(READ_ONLY).err()).contains("Read-only file system", "store");
        }

        disk.remount("rw");
        berth.check();
        assertThat(berth.ok("ls").out()).isEqualTo("disk\n");
        Disks.assertSame(berth.export("rbd/disk", temp.resolve("copy.raw")), source);
    }

    @Test
    void storeThatCannotBeMadeIsNotMade() throws Exception {
        disk.remount("ro");

        Outcome refused = berth.run("create", "--size", "1M", "rbd/disk");

        assertThat(refused.endedWith(READ_ONLY).err())
                .contains("Read-only file system", berth.store().toString());
        disk.remount("rw");
        berth.ok("create", "--size", "1M", "rbd/disk");
    }
}
