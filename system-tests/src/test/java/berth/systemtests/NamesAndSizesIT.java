package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sizes at the limits and names that are hard to spell, through commands and as NBD exports. */
class NamesAndSizesIT {
    private static final int INVALID = 22;
    /** A name with one more slash reads as one in a namespace, which the local store does not have. */
    private static final int NO_NAMESPACES = 95;

    private static final long LARGEST = 16L << 40;

    @TempDir
    Path temp;

    private Berth berth;
    private Path socket;

    @BeforeEach
    void start() {
        Programs.require("qemu-io", "qemu-img", "nbdinfo");
        berth = Berth.in(temp);
        socket = temp.resolve("nbd.sock");
    }

    @Test
    void emptyDiskCanDoWhatAllDisksCan() throws Exception {
        berth.ok("create", "--size", "0", "rbd/empty");
        berth.ok("snap", "create", "--no-progress", "rbd/empty@s");
        berth.ok("snap", "protect", "rbd/empty@s");
        berth.ok("clone", "rbd/empty@s", "rbd/clone");
        berth.ok("migration", "prepare", "rbd/clone", "rbd/moved");
        berth.ok("migration", "execute", "--no-progress", "rbd/moved");
        berth.ok("migration", "commit", "--no-progress", "rbd/moved");
        try (BerthProcess _ = berth.serve("rbd/moved", socket)) {
            assertThat(nbdSize("rbd/moved")).isZero();
        }

        assertThat(berth.export("rbd/empty@s", temp.resolve("out"))).isEmptyFile();
        berth.check();
    }

    @Test
    void oddNumberOfBytesIsKeptToTheByte() throws Exception {
        for (long size : new long[] {1, 511, 4097, (4L << 20) + 1}) {
            byte[] disk = Files.readAllBytes(Disks.raw(temp.resolve(size + ".raw"), size, 100, size));
            String image = "rbd/size" + size;
            berth.ok("import", "--no-progress", temp.resolve(size + ".raw").toString(), image);
            try (BerthProcess _ = berth.serve(image, socket)) {
                assertThat(nbdSize(image)).isEqualTo(size);
            }
            assertThat(berth.export(image, temp.resolve(size + ".out"))).hasBinaryContent(disk);
        }
    }

    @Test
    void lastBlockOfTheLargestDiskCanBeUsed() throws Exception {
        berth.ok("create", "--size", "16T", "rbd/large");
        try (BerthProcess _ = berth.serve("rbd/large", socket)) {
            assertThat(nbdSize("rbd/large")).isEqualTo(LARGEST);
            String end = Long.toString(LARGEST - 4096);
            Nbd.qemuIo(socket, "rbd/large", "write -P 9 " + end + " 4096").succeeded();
            berth.ok("snap", "create", "--no-progress", "rbd/large@s");
            Nbd.qemuIo(socket, "rbd/large", "discard " + end + " 4096", "read -P 0 0 1M")
                    .succeeded();
        }
        try (BerthProcess _ = berth.serve("rbd/large@s", socket)) {
            Nbd.qemuIoReadOnly(socket, "rbd/large@s", "read -P 9 " + (LARGEST - 4096) + " 4096")
                    .succeeded();
        }
        berth.check();
    }

    @Test
    void largerDisksAreRefused() throws Exception {
        for (String size : List.of("17T", (LARGEST + 1) + "B", "9000P")) {
            Outcome refused = berth.run("create", "--size", size, "rbd/huge");
            assertThat(refused.status()).as(refused.toString()).isEqualTo(INVALID);
        }
        berth.ok("create", "--size", "1M", "rbd/small");
        assertThat(berth.run("resize", "--no-progress", "--size", "17T", "rbd/small")
                        .status())
                .isEqualTo(INVALID);
        assertThat(berth.ok("ls").out()).isEqualTo("small\n");
    }

    @Test
    void anyTextIsANameForCommandsAndExports() throws Exception {
        List<String> names =
                List.of("Größe ☃ 磁盘 💾", "x".repeat(300), "a b,c;d'e\"f", "..", "-dash", "100%", "ü".repeat(300));
        for (String name : names) {
            String image = "rbd/" + name;
            berth.ok("create", "--size", "1M", image);
            berth.ok("snap", "create", "--no-progress", image + "@" + name);
        }

        assertThat(berth.ok("ls").out().lines()).containsExactlyInAnyOrderElementsOf(names);
        try (BerthProcess server = berth.start("serve", "--nbd-socket", socket.toString())) {
            server.awaitMessage("serving the store");
            for (String name : names) {
                Nbd.qemuIo(socket, "rbd/" + name, "write -P 5 0 4096").succeeded();
                assertThat(nbdSize("rbd/" + name + "@" + name)).isEqualTo(1 << 20);
            }
        }
        for (String name : names) {
            berth.ok("snap", "rm", "--no-progress", "rbd/" + name + "@" + name);
            berth.ok("rm", "--no-progress", "rbd/" + name);
        }
        berth.check();
    }

    @Test
    void separatorsInNamesAreRefused() throws Exception {
        berth.ok("create", "--size", "1M", "rbd/disk");
        for (List<String> command : List.of(
                List.of("create", "--size", "1M", "--image", "a/b/c/d", "-p", "rbd"),
                List.of("create", "--size", "1M", "--image", "a@b", "-p", "rbd"),
                List.of("create", "--size", "1M", "rbd/"),
                List.of("create", "--size", "1M", "rbd/a\nb"),
                List.of("create", "--size", "1M", "rbd/" + "x".repeat(5000)),
                List.of("snap", "create", "rbd/disk@a@b"),
                List.of("snap", "create", "rbd/disk@a/b"))) {
            Outcome refused = berth.run(command.toArray(String[]::new));
            assertThat(refused.status()).as(refused.toString()).isIn(INVALID, NO_NAMESPACES);
        }
        assertThat(berth.ok("ls").out()).isEqualTo("disk\n");
    }

    @Test
    void exportsThatDoNotExistAreRefusedAndTheServerGoesOn() throws Exception {
        berth.ok("create", "--size", "1M", "rbd/disk");
        try (BerthProcess server = berth.start("serve", "--nbd-socket", socket.toString())) {
            server.awaitMessage("serving the store");
            for (String name :
                    List.of("disk", "rbd/none", "rbd/disk@none", "none/disk", "rbd/a/b", "x".repeat(4000), "../..")) {
                assertThat(Programs.run("nbdinfo", "--size", Nbd.uri(socket, name))
                                .status())
                        .as(name)
                        .isNotZero();
            }
            assertThat(nbdSize("rbd/disk")).isEqualTo(1 << 20);
        }
    }

    private long nbdSize(String export) throws IOException {
        return Long.parseLong(
                Programs.ok("nbdinfo", "--size", Nbd.uri(socket, export)).out().strip());
    }
}
