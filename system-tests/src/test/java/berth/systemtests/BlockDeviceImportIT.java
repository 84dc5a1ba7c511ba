package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is a block device, which does not tell where its holes are. */
class BlockDeviceImportIT {
    @TempDir
    Path temp;

    @Test
    void aBlockDeviceIsImportedWithAllItHolds() throws Exception {
        Programs.requireRoot();
        Programs.require("losetup");
        assumeTrue(Programs.run("losetup", "-f").status() == 0, "there are no loop devices");
        Path disk = Disks.raw(temp.resolve("disk.raw"), 33L << 20, 30, 7);
        Berth berth = Berth.in(temp);
        String device = Programs.ok("losetup", "-f", "--show", "--read-only", disk.toString())
                .out()
                .strip();
        try {
            berth.ok("import", device, "rbd/plain");
            berth.ok("import", "--input-format", "raw", device, "rbd/verified");
        } finally {
            Programs.ok("losetup", "-d", device);
        }

        for (String image : new String[] {"plain", "verified"}) {
            Path exported = temp.resolve(image);
            berth.ok("export", "rbd/" + image, exported.toString());
            assertThat(exported).hasSameBinaryContentAs(disk);
        }
    }
}
