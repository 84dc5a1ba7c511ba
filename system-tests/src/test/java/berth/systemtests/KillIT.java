package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at random moments. The next command works at once, the store has no damage, what was flushed is there, and what
 * was begun goes on or has never been. {@code -Dberth.seed=N} replays a run, {@code -Dberth.kills=N} says how many
 * rounds each test has.
 */
class KillIT {
    private static final int ROUNDS = Integer.getInteger("berth.kills", 4);
    private static final int IMAGE_BYTES = 48 << 20;

    @TempDir
    Path temp;

    private final long seed = Long.getLong("berth.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private Berth berth;
    private Path socket;

    @BeforeEach
    void start() {
        Programs.require("qemu-io", "qemu-img");
        System.out.println("berth.seed=" + seed);
        berth = Berth.in(temp);
        socket = temp.resolve("nbd.sock");
    }

    @Test
    void serverKeepsWhatWasFlushed() throws Exception {
        berth.ok("create", "--size", Integer.toString(IMAGE_BYTES >> 20) + "M", "rbd/disk");
        for (int round = 1; round <= ROUNDS; round++) {
            long at = random.nextLong(IMAGE_BYTES / 4096 - 512) * 4096;
            try (BerthProcess server = berth.serve("rbd/disk", socket)) {
                Nbd.qemuIo(socket, "rbd/disk", "write -P " + round + " " + at + " 1M", "flush")
                        .succeeded();
                killInTheMiddleOfWrites(server, at, round);
            }

            berth.check();
            Path copy = berth.export("rbd/disk", temp.resolve("copy.raw"));
            Nbd.qemuIoFile(copy, "read -P " + round + " " + at + " 1M").succeeded();
        }
    }

    /** Overwrites the image, but for 1 MiB, without a flush, and kills the server meanwhile. */
    private void killInTheMiddleOfWrites(BerthProcess server, long keep, int round) throws IOException {
        Path log = temp.resolve("writer.log");
        String all = "aio_write -q -P 200 ";
        Process writer = new ProcessBuilder(
                        "qemu-io",
                        "-f",
                        "raw",
                        "-c",
                        all + "0 " + keep,
                        "-c",
                        all + (keep + (1 << 20)) + " " + (IMAGE_BYTES - keep - (1 << 20)),
                        "-c",
                        "aio_flush",
                        Nbd.uri(socket, "rbd/disk"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            if (round % 2 == 0) {
                berth.start("snap", "create", "--no-progress", "rbd/disk@s" + round)
                        .runFor(randomTime(800));
            }
            server.runFor(randomTime(120));
            server.killHard();
        } finally {
            Programs.kill(writer);
        }
    }

    @Test
    void migrationGoesOnWhereItWas() throws Exception {
        Path overlay = Disks.overlay(temp, IMAGE_BYTES, 5);
        Path expected = Disks.converted(overlay, temp.resolve("expected.raw"));
        berth.ok("migration", "prepare", "--import-only", "--source-spec", Disks.qcow2Spec(overlay), "rbd/disk");
        for (int round = 1; round <= ROUNDS; round++) {
            try (BerthProcess execute =
                    berth.start("migration", "execute", "--no-progress", "--bandwidth", "12M", "rbd/disk")) {
                execute.runFor(randomTime(1500));
                execute.killHard();
            }
            berth.check();
            berth.assertStatus("rbd/disk").containsPattern("state: (prepared|executing)");
        }
        berth.ok("migration", "execute", "--no-progress", "rbd/disk");

        try (BerthProcess commit = berth.start("migration", "commit", "--no-progress", "rbd/disk")) {
            commit.runFor(randomTime(1200));
            commit.killHard();
        }
        berth.check();
        if (berth.ok("status", "rbd/disk").out().contains("Migration:")) {
            berth.ok("migration", "commit", "--no-progress", "rbd/disk");
        }

        Disks.assertSame(berth.export("rbd/disk", temp.resolve("copy.raw")), expected);
        assertThat(berth.store().resolve("receipts")).isNotEmptyDirectory();
    }

    @Test
    void snapshotsAndClonesAreWholeOrNotThere() throws Exception {
        Path source = Disks.raw(temp.resolve("source.raw"), 8 << 20, 50, 6);
        berth.ok("import", "--no-progress", source.toString(), "rbd/disk");
        for (int round = 1; round <= ROUNDS; round++) {
            try (BerthProcess snap = berth.start("snap", "create", "--no-progress", "rbd/disk@s" + round)) {
                snap.runFor(randomTime(1000));
                snap.killHard();
            }
            berth.check();
            String snapshot = "rbd/disk@s" + round;
            if (berth.ok("snap", "ls", "rbd/disk").out().contains(" s" + round + " ")) {
                Disks.assertSame(berth.export(snapshot, temp.resolve("copy.raw")), source);
            } else {
                berth.ok("snap", "create", "--no-progress", snapshot);
            }
        }
        berth.ok("snap", "protect", "rbd/disk@s1");
        try (BerthProcess clone = berth.start("clone", "rbd/disk@s1", "rbd/clone")) {
            clone.runFor(randomTime(1000));
            clone.killHard();
        }
        berth.check();
        assertThat(berth.run("clone", "rbd/disk@s1", "rbd/clone").status()).isIn(0, 17);
        Disks.assertSame(berth.export("rbd/clone", temp.resolve("copy.raw")), source);
    }

    @Test
    void importCanBeRemovedAndRepeated() throws Exception {
        Path source = Disks.raw(temp.resolve("source.raw"), IMAGE_BYTES, 100, 7);
        for (int round = 1; round <= ROUNDS; round++) {
            try (BerthProcess importing = berth.start("import", "--no-progress", source.toString(), "rbd/disk")) {
                importing.runFor(randomTime(1500));
                importing.killHard();
            }
            berth.check();
            if (!berth.ok("ls").out().isEmpty()) {
                berth.ok("rm", "--no-progress", "rbd/disk");
            }
        }
        berth.ok("import", "--no-progress", source.toString(), "rbd/disk");

        Disks.assertSame(berth.export("rbd/disk", temp.resolve("copy.raw")), source);
    }

    @Test
    void moveOfAnInstanceGoesOnWhenItIsRunAgain() throws Exception {
        Path instance = SampleInstance.copyTo(temp.resolve("instances"));
        Path disk = instance.resolve("disk");
        Path expected = Disks.converted(disk, temp.resolve("expected.raw"));
        byte[] before = Files.readAllBytes(disk);
        for (int round = 1; round <= ROUNDS; round++) {
            try (BerthProcess move =
                    berth.start("instance", "migrate", "--no-progress", "--bandwidth", "2M", instance.toString())) {
                move.runFor(randomTime(2500));
                move.killHard();
            }
            berth.check();
            assertThat(disk).hasBinaryContent(before);
        }

        assertThat(berth.ok("instance", "migrate", "--no-progress", instance.toString())
                        .out())
                .contains("moved");
        Disks.assertSame(berth.export(SampleInstance.IMAGE, temp.resolve("copy.raw")), expected);
        assertThat(disk).hasBinaryContent(before);
    }

    @Test
    void socketsOfKilledServersAreNotInTheWay() throws Exception {
        berth.ok("create", "--size", "8M", "rbd/disk");
        try (BerthProcess server = berth.start("serve", "--nbd-socket", socket.toString())) {
            server.awaitMessage("serving the store");
            server.killHard();
        }
        assertThat(socket).exists();

        assertThat(berth.ok("ls").out()).isEqualTo("disk\n");
        try (BerthProcess server = berth.start("serve", "--nbd-socket", socket.toString())) {
            server.awaitMessage("serving the store");
            Nbd.qemuIo(socket, "rbd/disk", "write -P 1 0 1M", "flush").succeeded();
        }
        berth.check();
    }

    private Duration randomTime(int atMostMillis) {
        return Duration.ofMillis(random.nextInt(atMostMillis));
    }
}
