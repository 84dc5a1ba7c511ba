package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store whose file system has no space left: nothing is damaged, and all goes on when there is space again. */
class DiskFullIT {
    private static final int NO_SPACE = 28;

    @TempDir
    Path temp;

    private Berth berth;
    private Path socket;
    private MountedTmpfs disk;

    @BeforeAll
    static void requirePeers() {
        Programs.require("mount", "umount", "fallocate", "qemu-io");
        Programs.requireRoot();
    }

    @BeforeEach
    void mountSmallDisk() throws IOException {
        disk = MountedTmpfs.at(temp.resolve("small"), "24M");
        berth = new Berth(disk.directory().resolve("store"), temp);
        socket = temp.resolve("nbd.sock");
    }

    @AfterEach
    void unmount() throws IOException {
        disk.close();
    }

    /** Fills what is left, down to the last page. */
    private Path fill() throws IOException {
        Path ballast = disk.directory().resolve("ballast");
        Outcome filled = Programs.run("dd", "if=/dev/zero", "of=" + ballast, "bs=4k", "status=none");
        assertThat(filled.err()).contains("No space left on device");
        return ballast;
    }

    @Test
    void writesThatDoNotFitFailAndGoOnOnceThereIsSpace() throws Exception {
        berth.ok("create", "--size", "64M", "rbd/disk");
        try (BerthProcess server = berth.serve("rbd/disk", socket)) {
            Nbd.qemuIo(socket, "rbd/disk", "write -P 1 0 4M", "flush").succeeded();

            Outcome refused = Nbd.qemuIo(socket, "rbd/disk", "write -P 2 8M 32M");
            assertThat(refused.toString()).contains("No space left on device");
            assertThat(server.isAlive()).isTrue();
            Nbd.qemuIo(socket, "rbd/disk", "read -P 1 0 4M").succeeded();

            disk.resize("96M");
            Nbd.qemuIo(socket, "rbd/disk", "write -P 3 8M 32M", "flush", "read -P 3 8M 32M", "read -P 1 0 4M")
                    .succeeded();
        }
        berth.check();
        Path copy = berth.export("rbd/disk", temp.resolve("copy.raw"));
        Nbd.qemuIoFile(copy, "read -P 1 0 4M", "read -P 3 8M 32M").succeeded();
    }

    @Test
    void snapshotsAreTakenWholeOrRefused() throws Exception {
        berth.ok("create", "--size", "8M", "rbd/disk");
        try (BerthProcess _ = berth.serve("rbd/disk", socket)) {
            Nbd.qemuIo(socket, "rbd/disk", "write -P 1 0 1M", "flush").succeeded();
            Path ballast = fill();
            int taken = 0;
            for (int i = 0; i < 6; i++) {
                Outcome snap = berth.run("snap", "create", "--no-progress", "rbd/disk@s" + i);
                assertThat(snap.status()).as(snap.toString()).isIn(0, NO_SPACE);
                taken += snap.status() == 0 ? 1 : 0;
            }
            Outcome refused = Nbd.qemuIo(socket, "rbd/disk", "write -P 9 4M 1M", "flush");
            assertThat(refused.toString()).contains("No space left on device");
            assertThat(berth.ok("snap", "ls", "rbd/disk").out().lines().count()).isEqualTo(taken == 0 ? 0 : taken + 1);

            Files.delete(ballast);
            Nbd.qemuIo(socket, "rbd/disk", "write -P 2 0 1M", "flush").succeeded();
            berth.ok("snap", "create", "--no-progress", "rbd/disk@later");
            assertThat(berth.ok("snap", "ls", "rbd/disk").out().lines()).hasSize(taken + 2);
        }
        berth.check();
        Nbd.qemuIoFile(berth.export("rbd/disk@later", temp.resolve("later.raw")), "read -P 2 0 1M")
                .succeeded();
    }

    @Test
    void migrationStopsAndGoesOnWhereItWas() throws Exception {
        Path source = Disks.raw(temp.resolve("source.raw"), 16 << 20, 100, 28);
        berth.ok("migration", "prepare", "--import-only", "--source-spec", Disks.rawSpec(source), "rbd/disk");
        Path ballast = fill();

        Outcome stopped = berth.run("migration", "execute", "--no-progress", "rbd/disk");
        assertThat(stopped.endedWith(NO_SPACE).err()).contains("No space left on device");
        Files.delete(ballast);
        berth.check();
        berth.assertStatus("rbd/disk").contains("state: executing");
        berth.ok("migration", "execute", "--no-progress", "rbd/disk");
        berth.ok("migration", "commit", "--no-progress", "rbd/disk");

        Disks.assertSame(berth.export("rbd/disk", temp.resolve("copy.raw")), source);
        berth.check();
    }

    @Test
    void migrationThatDoesNotFitCanBeAborted() throws Exception {
        Path source = Disks.raw(temp.resolve("source.raw"), 16 << 20, 100, 29);
        berth.ok("migration", "prepare", "--import-only", "--source-spec", Disks.rawSpec(source), "rbd/disk");
        Path ballast = disk.directory().resolve("ballast");
        Programs.ok("fallocate", "-l", Long.toString(disk.freeBytes() - (6 << 20)), ballast.toString());
        berth.run("migration", "execute", "--no-progress", "rbd/disk").endedWith(NO_SPACE);

        berth.ok("migration", "abort", "--no-progress", "rbd/disk");

        assertThat(berth.ok("ls").out()).isEmpty();
        assertThat(disk.freeBytes()).isGreaterThan(5 << 20);
        berth.check();
    }

    @Test
    void importThatDoesNotFitLeavesNothing() throws Exception {
        Path source = Disks.raw(temp.resolve("source.raw"), 40 << 20, 100, 30);

        Outcome refused = berth.run("import", "--no-progress", source.toString(), "rbd/disk");

        assertThat(refused.endedWith(NO_SPACE).err()).contains("No space left on device");
        assertThat(berth.ok("ls").out()).isEmpty();
        berth.check();
    }

    @Test
    void removingAnImageGivesAFullDiskItsSpaceBack() throws Exception {
        Path source = Disks.raw(temp.resolve("source.raw"), 8 << 20, 100, 31);
        berth.ok("import", "--no-progress", source.toString(), "rbd/keep");
        berth.ok("import", "--no-progress", source.toString(), "rbd/drop");
        fill();

        berth.ok("rm", "--no-progress", "rbd/drop");

        assertThat(disk.freeBytes()).isGreaterThan(7 << 20);
        berth.check();
        Disks.assertSame(berth.export("rbd/keep", temp.resolve("keep.raw")), source);
    }
}
