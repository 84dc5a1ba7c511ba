package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL again and again while {@code fio} writes over NBD, also during a migration. After each kill the store is served
 * again, and {@code fio} finds all that it flushed. {@code -Dberth.kills=N} says how many kills each test has, {@code
 * -Dberth.seed=N} replays a run.
 */
class KillUnderLoadIT {
    private static final int KILLS = Integer.getInteger("berth.kills", 5);
    private static final int MIB = 1 << 20;
    private static final int DISK_BYTES = 48 * MIB;
    /** Parts that are written and flushed before a kill, in turn, and verified after it. */
    private static final int SLOTS = 4;

    private static final int SLOT_BYTES = 4 * MIB;
    /** What is written without pause, and whatever it holds after a kill. */
    private static final int NOISE_BYTES = 16 * MIB;
    /** Nobody writes from here on. */
    private static final int QUIET = SLOTS * SLOT_BYTES + NOISE_BYTES;

    @TempDir
    Path temp;

    private final long seed = Long.getLong("berth.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private Berth berth;
    private Path socket;

    @BeforeEach
    void start() throws IOException {
        Programs.require("fio", "qemu-img");
        assumeTrue(Programs.run("fio", "--enghelp").out().contains("nbd"), "fio has no nbd engine");
        System.out.println("berth.seed=" + seed);
        berth = Berth.in(temp);
        socket = temp.resolve("nbd.sock");
    }

    @Test
    void whatWasFlushedIsThereAfterEachKill() throws Exception {
        berth.ok("create", "--size", DISK_BYTES / MIB + "M", "rbd/disk");
        Slots slots = new Slots("rbd/disk");
        for (int kill = 1; kill <= KILLS; kill++) {
            try (BerthProcess server = berth.serve("rbd/disk", socket)) {
                slots.verify();
                killUnderFio(server, slots);
            }
            berth.check();
        }
        try (BerthProcess _ = berth.serve("rbd/disk", socket)) {
            slots.verify();
        }
    }

    @Test
    void migrationsGoOnAfterEachKill() throws Exception {
        int kills = 0;
        int committed = 0;
        while (kills < KILLS || committed == 0) {
            String image = "rbd/disk" + committed;
            Path source = Disks.raw(temp.resolve("source.raw"), DISK_BYTES, 60, seed + committed);
            berth.ok("migration", "prepare", "--import-only", "--source-spec", Disks.rawSpec(source), image);
            kills += migrateUnderKills(image, kills < KILLS ? KILLS - kills : 0);
            assertQuietPartIsThatOf(source, berth.export(image, temp.resolve("copy.raw")));
            berth.ok("rm", "--no-progress", image);
            committed++;
        }
    }

    /**
     * Takes a migration to its end, and kills the server meanwhile.
     *
     * @return the number of kills
     */
    private int migrateUnderKills(String image, int atMost) throws IOException {
        Slots slots = new Slots(image);
        int kills = 0;
        while (true) {
            try (BerthProcess server = berth.serve(image, socket)) {
                slots.verify();
                if (kills == atMost) {
                    finish(image);
                    return kills;
                }
                try (BerthProcess _ = nextStep(image)) {
                    killUnderFio(server, slots);
                }
                kills++;
            }
            berth.check();
            if (!berth.ok("status", image).out().contains("Migration:")) {
                return kills;
            }
        }
    }

    private BerthProcess nextStep(String image) throws IOException {
        return berth.ok("status", image).out().matches("(?s).*state: (prepared|executing).*")
                ? berth.start("migration", "execute", "--no-progress", "--bandwidth", "16M", image)
                : berth.start("migration", "commit", "--no-progress", image);
    }

    private void finish(String image) throws IOException {
        if (berth.ok("status", image).out().matches("(?s).*state: (prepared|executing).*")) {
            berth.ok("migration", "execute", "--no-progress", image);
        }
        berth.ok("migration", "commit", "--no-progress", image);
    }

    private static void assertQuietPartIsThatOf(Path source, Path copy) throws IOException {
        for (int at = QUIET; at < DISK_BYTES; at += MIB) {
            assertThat(piece(copy, at)).as("MiB %d of the copy", at / MIB).isEqualTo(piece(source, at));
        }
    }

    private static byte[] piece(Path file, long offset) throws IOException {
        byte[] bytes = new byte[MIB];
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(offset);
            in.readFully(bytes);
        }
        return bytes;
    }

    /** Kills the server at a random moment after a slot was flushed, while other writes are under way all the time. */
    private void killUnderFio(BerthProcess server, Slots slots) throws IOException {
        Process noise = new ProcessBuilder(slots.fio(
                        "noise",
                        "--offset=" + SLOTS * SLOT_BYTES,
                        "--size=" + NOISE_BYTES,
                        "--bssplit=4k/50:12k/30:128k/20",
                        "--iodepth=8",
                        "--fsync=" + (8 + random.nextInt(64)),
                        "--time_based",
                        "--runtime=60"))
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("noise.log").toFile())
                .start();
        try {
            slots.write();
            server.runFor(Duration.ofMillis(random.nextInt(400)));
            assertThat(noise.isAlive())
                    .as(() -> "fio writes when the server is killed: " + log())
                    .isTrue();
            server.killHard();
        } finally {
            Programs.kill(noise);
        }
    }

    private String log() {
        try {
            return Programs.text(temp.resolve("noise.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The parts of a disk that fio writes, flushes and verifies. */
    private final class Slots {
        private final String image;
        private final List<Long> seeds = new ArrayList<>();

        Slots(String image) {
            this.image = image;
        }

        List<String> fio(String name, String... more) {
            List<String> command = new ArrayList<>(List.of(
                    "fio",
                    "--name=" + name,
                    "--ioengine=nbd",
                    "--uri=" + Nbd.uri(socket, image),
                    "--rw=randwrite",
                    "--verify_state_save=0"));
            command.addAll(List.of(more));
            return command;
        }

        private void run(int number, String... more) throws IOException {
            List<String> command = fio(
                    "slot",
                    "--offset=" + number % SLOTS * SLOT_BYTES,
                    "--size=" + SLOT_BYTES,
                    "--bs=" + (number % 2 == 0 ? "4k" : "16k"),
                    "--iodepth=4",
                    "--verify=crc32c",
                    "--verify_fatal=1",
                    "--randseed=" + seeds.get(number));
            command.addAll(List.of(more));
            Programs.run(new ProcessBuilder(command)).succeeded();
        }

        /** Writes the next part, and flushes. */
        void write() throws IOException {
            seeds.add(1L + random.nextInt(1 << 30));
            run(seeds.size() - 1, "--do_verify=0", "--end_fsync=1");
        }

        /** Verifies all parts that were flushed. */
        void verify() throws IOException {
            for (int number = Math.max(0, seeds.size() - SLOTS); number < seeds.size(); number++) {
                run(number, "--verify_only");
            }
        }
    }
}
