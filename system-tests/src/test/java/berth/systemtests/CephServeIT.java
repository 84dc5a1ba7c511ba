package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import berth.ceph.cluster.CephCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that serves a real cluster takes the commands that name the cluster as it does. */
class CephServeIT {
    private static final String SERVING = "serving the store";

    @TempDir
    static Path shared;

    @AutoClose
    private static CephCluster cluster;

    @TempDir
    Path temp;

    @BeforeAll
    static void start() throws IOException {
        cluster = CephCluster.start(Files.createDirectory(shared.resolve("cluster")), CephCluster.Size.SMALL);
        cluster.createPool("vms", 1);
    }

    /** The administrator, whose key only the server gets to see. */
    private CephUser user() throws IOException {
        Path keyring = temp.resolve("keyring");
        Files.copy(CephUser.admin(cluster).keyring(), keyring);
        return new CephUser(cluster, "admin", keyring);
    }

    @Test
    void commandsWorkThroughTheServerAndByThemselvesOnceItHasEnded() throws Exception {
        Path disk = Disks.raw(temp.resolve("disk.raw"), 9 << 20, 20, 1);
        Path qcow = temp.resolve("disk.qcow2");
        Programs.ok("qemu-img", "convert", "-O", "qcow2", disk.toString(), qcow.toString());
        CephUser user = user();
        Path key = temp.resolve("key");
        Berth berth = Berth.in(temp);

        try (BerthProcess server = berth.start(user.with("serve"))) {
            server.awaitMessage(SERVING);
            Files.move(user.keyring(), key);

            berth.ok(user.with("import", "disk.raw", "vms/plain"));
            berth.ok(user.with("import", "--input-format", "qcow2", qcow.toString(), "vms/proven"));
            assertThat(berth.ok(user.with("ls", "vms")).out()).isEqualTo("plain\nproven\n");
            for (String image : new String[] {"plain", "proven"}) {
                berth.ok(user.with("export", "vms/" + image, image + ".raw"));
                assertThat(temp.resolve(image + ".raw")).hasSameBinaryContentAs(disk);
            }
            assertThat(berth.run(user.with("info", "vms/none")).status()).isEqualTo(2);
        }
        assertThat(berth.run(user.with("ls", "vms")).status())
                .as("without the server, and without a key")
                .isNotZero();
        Files.move(key, user.keyring());
        berth.ok(user.with("rm", "--no-progress", "vms/plain"));
        assertThat(cluster.rbd("ls", "vms")).isEqualTo("proven\n");
        berth.ok(user.with("rm", "--no-progress", "vms/proven"));
    }

    @Test
    void commandsOfOtherUsersAndThoseThatMakeImagesDifferentlyDoNotUseTheServer() throws Exception {
        CephUser user = user();
        Berth berth = Berth.in(temp);
        try (BerthProcess server = berth.start(user.with("serve"))) {
            server.awaitMessage(SERVING);
            Files.delete(user.keyring());

            CephUser other = CephUser.admin(cluster);
            berth.ok(other.with("create", "--size", "1M", "vms/other"));
            berth.ok(other.with("create", "--size", "1M", "--image-feature", "layering", "vms/plain"));
            assertThat(berth.run(user.with("create", "--size", "1M", "--image-feature", "layering", "vms/none"))
                            .status())
                    .isNotZero();
            berth.ok(user.with("rm", "--no-progress", "vms/other"));
            berth.ok(user.with("rm", "--no-progress", "vms/plain"));
        }
    }

    @Test
    void aSecondServerOfTheSameClusterServesOnItsOwn() throws Exception {
        CephUser user = user();
        Berth berth = Berth.in(temp);
        try (BerthProcess first = berth.start(user.with("serve"))) {
            first.awaitMessage(SERVING);
            try (BerthProcess second = berth.start(user.with("serve"))) {
                second.awaitMessage(SERVING);
            }
            Files.delete(user.keyring());
            berth.ok(user.with("ls", "vms"));
        }
    }
}
