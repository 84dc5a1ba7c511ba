package berth.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images move with their snapshots from pool to pool, and from one real cluster to another. */
class CephToCephIT {
    private static final String SOURCE = "vms/web";
    private static final String TARGET = "volumes/web";
    private static final int WRITTEN_SINCE = 3;

    @TempDir
    static Path temp;

    @AutoClose
    private static CephLab first;

    @AutoClose
    private static CephLab second;

    /** What the source holds: snapshots by their names, and under the empty name the disk. */
    private static final Map<String, Path> CONTENT = new LinkedHashMap<>();

    @BeforeAll
    static void start() throws IOException {
        first = new CephLab(temp, "first", "vms", "volumes");
        second = new CephLab(temp, "second", "volumes");
        Path disk = Disks.raw(temp.resolve("disk.raw"), 24L << 20, 40, 41);
        first.cluster().rbd("import", "--no-progress", disk.toString(), SOURCE);
        keep("monday");
        first.cluster().rbd("snap", "protect", SOURCE + "@monday");
        first.qemu(SOURCE, "write -P 1 1M 5M", "write -z 9M 3M", "discard 16M 4M")
                .succeeded();
        first.cluster().rbd("resize", "--no-progress", "--size", "30M", SOURCE);
        first.qemu(SOURCE, "write -P 2 27M 100k").succeeded();
        keep("tuesday");
        first.qemu(SOURCE, "write -P 3 2M 64k", "discard 24M 6M").succeeded();
        CONTENT.put("", Files.move(first.export(SOURCE), temp.resolve("now.raw")));
    }

    private static void keep(String snapshot) throws IOException {
        first.cluster().rbd("snap", "create", "--no-progress", SOURCE + "@" + snapshot);
        CONTENT.put(snapshot, Files.move(first.export(SOURCE), temp.resolve(snapshot + ".raw")));
    }

    @AfterEach
    void removeTargets() {
        first.removeImages("volumes");
        second.removeImages("volumes");
    }

    /** The source as it was on Tuesday. */
    private static String spec(String cluster) {
        return "{\"type\":\"native\"," + cluster
                + "\"pool_name\":\"vms\",\"image_name\":\"web\",\"snap_name\":\"tuesday\"}";
    }

    private static void assertMoved(CephLab lab, Path disk) throws IOException {
        for (String snapshot : new String[] {"monday", "tuesday"}) {
            lab.assertImage(TARGET + "@" + snapshot, CONTENT.get(snapshot));
        }
        lab.assertImage(TARGET, disk);
        assertThat(lab.cluster().rbd("snap", "ls", TARGET))
                .containsPattern("monday +24 MiB +yes")
                .containsPattern("tuesday +30 MiB")
                .doesNotContain("berth");
        assertThat(lab.cluster().rbd("status", TARGET)).doesNotContain("Migration");
        assertThat(lab.cluster().rados("-p", "volumes", "ls")).doesNotContain("berth");
    }

    /** Compares the target with the signed receipt. */
    private static Outcome receipt(CephLab lab) throws IOException {
        String id = lab.cluster().rbd("info", TARGET).replaceAll("(?s).*\\bid: (\\w+).*", "$1");
        Path receipt = Berth.in(temp).store().resolve("receipts").resolve(id + ".json");
        return lab.run("receipt", "verify", receipt.toString());
    }

    private static void assertAllIsAsTheReceiptStates(CephLab lab) throws IOException {
        assertThat(receipt(lab).succeeded().out())
                .contains("monday", "tuesday", "Everything is what the receipt states.");
    }

    private static void assertSnapshotsAreAsTheReceiptStates(CephLab lab) throws IOException {
        assertThat(receipt(lab).endedWith(WRITTEN_SINCE).out()).contains("monday", "tuesday");
    }

    @Test
    void anImageIsCopiedToAnotherPool() throws Exception {
        first.ok("import", "--no-progress", "--source-spec", spec(""), TARGET);

        assertMoved(first, CONTENT.get("tuesday"));
        assertAllIsAsTheReceiptStates(first);
    }

    @Test
    void anImageIsCopiedToAnotherCluster() throws Exception {
        second.ok(
                "import",
                "--no-progress",
                "--source-spec",
                spec("\"cluster\":{\"conf\":\"" + first.conf() + "\"},"),
                TARGET);

        assertMoved(second, CONTENT.get("tuesday"));
        assertAllIsAsTheReceiptStates(second);
    }

    /** The same name there is another image: the spec's cluster counts, not the one that the command is about. */
    @Test
    void anImageThatIsUsedMeanwhileMovesToAnotherClusterAsAUserThatMayOnlyReadIt() throws Exception {
        Path keyring = first.cluster().user("reader", "mon", "profile rbd", "osd", "profile rbd-read-only pool=vms");
        String cluster =
                "\"cluster\":{\"conf\":\"" + first.conf() + "\",\"id\":\"reader\",\"keyring\":\"" + keyring + "\"},";
        Path disk = Files.copy(CONTENT.get("tuesday"), temp.resolve("used.raw"));
        try (BerthProcess source = second.prepare(spec(cluster), TARGET)) {
            second.qemu(TARGET, "write -P 9 1M 1M", "read -P 2 27M 100k").succeeded();
            Disks.fill(disk, 1L << 20, 1 << 20, 9);
            second.ok("migration", "execute", "--no-progress", TARGET);
            second.qemu(TARGET, "write -P 8 20M 64k").succeeded();
            Disks.fill(disk, 20L << 20, 64 << 10, 8);
            source.end().succeeded();
        }
        second.ok("migration", "commit", "--no-progress", TARGET);

        assertMoved(second, disk);
        assertSnapshotsAreAsTheReceiptStates(second);
    }

    /** The short form: a snapshot of the same cluster. */
    @Test
    void aSnapshotIsUsedInAnotherPoolWhileItIsCopied() throws Exception {
        Path disk = Files.copy(CONTENT.get("tuesday"), temp.resolve("short.raw"));
        try (BerthProcess source = first.serve(
                "migration", "prepare", "--import-only", SOURCE + "@tuesday", TARGET, "--listen", first.listen())) {
            first.qemu(TARGET, "write -P 7 8M 2M").succeeded();
            Disks.fill(disk, 8L << 20, 2 << 20, 7);
            first.ok("migration", "execute", "--no-progress", TARGET);
            source.end().succeeded();
        }
        first.ok("migration", "commit", "--no-progress", TARGET);

        assertMoved(first, disk);
        assertSnapshotsAreAsTheReceiptStates(first);
        first.assertImage(SOURCE, CONTENT.get(""));
    }

    @Test
    void anImageMovesToAnotherPoolWithWhatClientsWrite() throws Exception {
        first.cluster().rbd("deep", "cp", "--no-progress", SOURCE, "vms/leaving");
        Path disk = Files.copy(CONTENT.get(""), temp.resolve("leaving.raw"));

        first.ok("migration", "prepare", "vms/leaving", TARGET);
        first.qemu(TARGET, "write -P 5 3M 100k", "discard 4M 4M").succeeded();
        Disks.fill(disk, 3L << 20, 100 << 10, 5);
        Disks.fill(disk, 4L << 20, 4 << 20, 0);
        first.ok("migration", "execute", "--no-progress", TARGET);
        first.ok("migration", "commit", "--no-progress", TARGET);

        assertMoved(first, disk);
        assertSnapshotsAreAsTheReceiptStates(first);
        assertThat(first.cluster().rbd("ls", "vms")).isEqualTo("web\n");
        assertThat(first.cluster().rbd("trash", "ls", "--all", "vms")).isEmpty();
    }
}
