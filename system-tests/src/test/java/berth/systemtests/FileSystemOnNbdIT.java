package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system on an image: made, used, checked, snapshotted, rolled back and cloned. */
class FileSystemOnNbdIT {
    @TempDir
    Path temp;

    private Berth berth;
    private Path socket;
    private Path mountPoint;

    @BeforeEach
    void requireKernelFeatures() throws IOException {
        Programs.require("nbdfuse", "losetup", "mkfs.ext4", "e2fsck", "mount", "umount", "fusermount3");
        Programs.requireRoot();
        assumeTrue(Files.isReadable(Path.of("/dev/fuse")), "there is no /dev/fuse");
        assumeTrue(Programs.run("losetup", "-f").status() == 0, "there are no loop devices");
        berth = Berth.in(temp);
        socket = temp.resolve("nbd.sock");
        mountPoint = Files.createDirectory(temp.resolve("mnt"));
    }

    @Test
    void snapshotRollbackAndCloneShowTheFilesOfTheirTime() throws Exception {
        byte[] first = randomBytes(3 << 20, 1);
        byte[] second = randomBytes(5 << 20, 2);
        berth.ok("create", "--size", "48M", "rbd/disk");
        try (BerthProcess server = berth.start("serve", "--nbd-socket", socket.toString())) {
            server.awaitMessage("serving the store");
            try (LoopDevice loop = attach("rbd/disk")) {
                Programs.ok("mkfs.ext4", "-q", "-F", loop.device());
                loop.mount(mountPoint);
                Files.write(mountPoint.resolve("first"), first);
                loop.unmount(mountPoint);
                loop.check();
                berth.ok("snap", "create", "--no-progress", "rbd/disk@s");
                loop.mount(mountPoint);
                Files.delete(mountPoint.resolve("first"));
                Files.write(mountPoint.resolve("second"), second);
                loop.unmount(mountPoint);
                loop.check();
            }
            berth.ok("snap", "create", "--no-progress", "rbd/disk@later");
            berth.ok("snap", "protect", "rbd/disk@later");
            berth.ok("clone", "rbd/disk@later", "rbd/clone");
            berth.ok("snap", "rollback", "--no-progress", "rbd/disk@s");
            assertHolds("rbd/disk", "first", first);
            assertHolds("rbd/clone", "second", second);
        }
        berth.check();
    }

    @Test
    void fileSystemIsWholeWhenItsDiskIsSnapshottedUnderIt() throws Exception {
        berth.ok("create", "--size", "48M", "rbd/disk");
        byte[] synced = randomBytes(2 << 20, 3);
        try (BerthProcess server = berth.start("serve", "--nbd-socket", socket.toString())) {
            server.awaitMessage("serving the store");
            try (LoopDevice loop = attach("rbd/disk")) {
                Programs.ok("mkfs.ext4", "-q", "-F", loop.device());
                loop.mount(mountPoint);
                Files.write(mountPoint.resolve("synced"), synced);
                Programs.ok("sync", "-f", mountPoint.toString());
                berth.ok("snap", "create", "--no-progress", "rbd/disk@crash");
                Files.write(mountPoint.resolve("later"), synced);
                loop.unmount(mountPoint);
            }
            berth.ok("snap", "protect", "rbd/disk@crash");
            berth.ok("clone", "rbd/disk@crash", "rbd/clone");
            assertHolds("rbd/clone", "synced", synced);
        }
    }

    private void assertHolds(String image, String name, byte[] content) throws IOException {
        try (LoopDevice loop = attach(image)) {
            loop.mount(mountPoint);
            try {
                assertThat(mountPoint.resolve(name)).hasBinaryContent(content);
                assertThat(mountPoint.toFile().list()).containsExactlyInAnyOrder("lost+found", name);
            } finally {
                loop.unmount(mountPoint);
            }
            loop.check();
        }
    }

    private LoopDevice attach(String image) throws IOException {
        return LoopDevice.attach(temp, Nbd.uri(socket, image));
    }

    private static byte[] randomBytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
